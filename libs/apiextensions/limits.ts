/** Limits of the work that schemas and objects of custom kinds cause. Upstream has none of these unless noted otherwise. */

/** Deepest nesting of a schema; real ones are far less deep. */
export const SCHEMA_DEPTH = 200;
/** Errors that validation lists for one object. */
export const ERRORS = 1_000;
/** Unknown fields that are listed for one object. */
export const UNKNOWN_FIELDS = 1_000;
/** Visits of values within alternatives (anyOf, allOf …) in one validation: a schema whose alternatives multiply is stopped there. */
export const BRANCH_VISITS = 100_000;
/** Bytes of JSON that defaults may add to one object. */
export const DEFAULTED_BYTES = 3 * 1024 * 1024;
/** Instructions of a pattern's program times characters of the text that is matched. */
export const PATTERN_STEPS = 8_000_000;
/** Bytes of cached patterns. */
export const PATTERN_BYTES = 2 * 1024 * 1024;
/** Instructions of all different patterns of a schema together: compiling one takes some microseconds. */
export const PATTERN_WEIGHTS = 20_000;
/** Longest pattern that is compiled. */
export const PATTERN_LENGTH = 16 * 1024;
/** Selectable fields of a version (apiextensions/validation MaxSelectableFields). */
export const SELECTABLE_FIELDS = 8;
/** Estimated cost of one rule, times the values that it may be evaluated for (apiextensions/validation StaticEstimatedCostLimit). */
export const RULE_COST = 10_000_000;
/** Estimated cost of all rules of a schema (StaticEstimatedCRDCostLimit). */
export const CRD_COST = 100_000_000;
/** Characters of all rules and message expressions of a schema together: a short rule takes some 20 µs to compile. */
export const RULES_LENGTH = 256 * 1024;
/** Defaults of a schema that are checked by rules. */
export const DEFAULTS_WITH_RULES = 32;
/** Characters of a CA bundle that are looked at. */
export const CA_BUNDLE_LENGTH = 1024 * 1024;
/** Certificates of a CA bundle that are parsed until one is valid. */
export const CA_BUNDLE_CERTIFICATES = 256;
/** Bytes of a request, which the number of values is estimated from (celconfig MaxRequestSizeBytes). */
export const REQUEST_BYTES = 3 * 1024 * 1024;
