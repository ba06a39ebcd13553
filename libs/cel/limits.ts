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
  /** Steps of one evaluation without a pause, each 50 to 200 ns in code that has not been optimized yet: together less than 20 ms. */
  steps: 100_000,
  /** Steps after which an evaluation that may pause does so between the turns of a comprehension. */
  piece: 40_000,
  /** Steps of an evaluation with all its pauses. */
  allSteps: 2_000_000,
  /** Characters of a regular expression, and its instructions: compiling one takes some microseconds. Upstream bounds the whole alone. */
  patternLength: 4_096,
  patternWeight: 4_096,
  /** What a class of Unicode's counts for: it has some hundred ranges. */
  classWeight: 30,
  /** What a range of characters beyond ASCII counts for where case does not matter. */
  foldedRangeWeight: 1_000,
  /** Bytes of the programs that one environment keeps. */
  programBytes: 128 * 1024,
  /** Longest expression whose program is kept. */
  longestProgram: 16_384,
} as const;
