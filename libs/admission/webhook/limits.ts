/** Validating webhooks of one request that are called at the same time; each holds a review with the object. Upstream calls all at once. */
export const CALLS_AT_ONCE = 8;
