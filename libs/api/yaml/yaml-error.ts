/** The text cannot be converted; the message is upstream's. */
export class YamlError extends Error {}
