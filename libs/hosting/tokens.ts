/** Injection tokens of values that are created before Nest starts. */
export const HEALTH = Symbol('health');
export const METRICS = Symbol('metrics');
