/** Cost of the validations, or of one mutation, of a binding with one parameter (apis/cel/config.go RuntimeCELCostBudget). */
export const BINDING_BUDGET = 10_000_000;
/** Cost of match conditions (RuntimeCELCostBudgetMatchConditions). */
export const CONDITIONS_BUDGET = 2_500_000;
/** Cost of all policies together for one request. Upstream bounds the time of a request instead. */
export const REQUEST_BUDGET = 20_000_000;
/** Bytes of a message that an expression makes (MaxEvaluatedMessageExpressionSizeBytes). */
export const LONGEST_MESSAGE = 5 * 1024;
/** Bytes of an audit annotation (validating/dispatcher.go maxAuditAnnotationValueLength). */
export const LONGEST_ANNOTATION = 10 * 1024;
/** Characters of expressions of one cluster, for each kind of policies and webhooks, that are kept compiled: each takes about 90 bytes. */
export const KEPT_TEXT = 64 * 1024;
/** What compiling a character costs a request: about as much time as this cost of evaluation. */
export const COMPILED_COST = 20;
/** Variables that refer to one another in a chain. Upstream has no limit. */
export const DEEPEST_VARIABLES = 200;
/** Cost of variables after which other tenants may work: a few milliseconds. */
export const COST_OF_A_PIECE = 200_000;
