/** Deepest nesting of a request body; upstream's JSON decoder stops at 10,000, no object of the API needs 100. */
export const maxDepth = 1_000;
/** Strict decoding lists at most so many errors (sigs.k8s.io/json: maxStrictErrors). */
export const maxStrictErrors = 100;
/** Aliases a YAML document may expand to, against documents that blow up. */
export const maxYamlAliases = 100;
/** Bytes of OpenAPI documents that are kept for clusters with kinds of their own, all together; the built-in ones are one for all. */
export const maxDocumentBytes = 32 * 1024 * 1024;
