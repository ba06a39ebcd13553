/** Limits of cel-go's parser (parser/parser.go) and of Kubernetes (apiserver/pkg/apis/cel/config.go), and those of one event loop. */
export const limits = {
  /** Code points of an expression (cel-go's expressionSizeCodePointLimit). */
  codePoints: 100_000,
  /** Nesting of an expression (cel-go's maxRecursionDepth). */
  recursion: 250,
  /** Nodes of an expression after its macros (optMap copies its target, so nested ones double it). Upstream has no such limit. */
  nodes: 4_000,
  /** Tokens of an expression; the same. */
  tokens: 20_000,
  /** Errors shown for one expression. */
  errors: 100,
  /** Longest line that an error shows. */
  snippet: 16_384,
  /** Cost of one evaluation (PerCallLimit). */
  perCall: 1_000_000,
  /** Cost of all evaluations of one object (RuntimeCELCostBudget). */
  runtimeBudget: 10_000_000,
  /** Cost of the match conditions of one policy or webhook. */
  matchConditions: 2_500_000,
  /** Bytes of the text that a messageExpression gives. */
  messageBytes: 5 * 1024,
  /** Bytes of a request, which sizes are estimated from. */
  requestBytes: 3 * 1024 * 1024,
  /** Steps of one evaluation, each 30 to 100 ns: together less than 20 ms. */
  steps: 150_000,
  /** Length of a pattern that is made while an expression runs; constants are bounded by the expression. */
  patternLength: 1_000,
  /** Bytes of the programs that one environment keeps. */
  programBytes: 128 * 1024,
} as const;
