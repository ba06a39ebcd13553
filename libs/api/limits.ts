/** Deepest nesting of a request body; upstream's JSON decoder stops at 10,000, no object of the API needs 100. */
export const maxDepth = 1_000;
/** Strict decoding lists at most so many errors (sigs.k8s.io/json: maxStrictErrors). */
export const maxStrictErrors = 100;
/** Bytes of OpenAPI documents that are kept for clusters with kinds of their own, all together; the built-in ones are one for all. */
export const maxDocumentBytes = 32 * 1024 * 1024;
/** Characters of JSON that a short YAML document may become by its aliases; a longer one may become four times as long as it is. */
export const expandedYaml = 1024 * 1024;
/** Places in a YAML document where a node may begin. Each takes some 500 bytes while it is read; 1.5 MB of dense JSON have 300,000. */
export const yamlNodes = 500_000;
