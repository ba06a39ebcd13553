/** Characters of all expressions of one policy or webhook configuration: compiling them costs about a microsecond each. Upstream has no limit. */
export const EXPRESSIONS_LENGTH = 16_384;
