/** Characters of all expressions of one policy or webhook configuration: compiling them costs a microsecond or two each. Upstream has no limit. */
export const EXPRESSIONS_LENGTH = 16_384;
/** What a short expression counts as. */
export const SHORTEST_EXPRESSION = 64;
