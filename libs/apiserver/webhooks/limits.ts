/** Seconds after which a call without a timeout of its own ends (apiserver/pkg/util/webhook defaultRequestTimeout). */
export const DEFAULT_TIMEOUT = 30;
/** Characters of an answer that is no Status, as errors show it (client-go maxUnstructuredResponseTextBytes). */
export const SHOWN_ANSWER = 2048;
/** Characters of an answered review. Upstream has no limit. */
export const LONGEST_ANSWER = 3 * 1024 * 1024;
/** Custom resources, and characters of them, that one call to a conversion webhook is sent at most. */
export const CONVERTED_AT_ONCE = 100;
export const CONVERTED_TEXT = 1024 * 1024;
