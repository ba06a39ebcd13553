/** The text cannot be converted; the message is upstream's, whole. */
export class YamlError extends Error {}
