/** Deepest nesting of a request body; upstream's JSON decoder stops at 10,000, no object of the API needs 100. */
export const maxDepth = 1_000;
/** Maximum number of errors listed by strict decoding (sigs.k8s.io/json: maxStrictErrors). */
export const maxStrictErrors = 100;
/** Bytes of all cached OpenAPI documents of clusters with custom kinds; those of built-in kinds are shared. */
export const maxDocumentBytes = 32 * 1024 * 1024;
/** Maximum length of the JSON for a short YAML document with aliases; a longer document may become four times its own length. */
export const expandedYaml = 1024 * 1024;
/** Places in a YAML document where a node may begin. Each takes some 500 bytes while it is parsed; 1.5 MB of dense JSON have 300,000. */
export const yamlNodes = 500_000;
