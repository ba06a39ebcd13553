/** Injection tokens of the values that are made before Nest starts. */
export const HEALTH = Symbol('health');
export const METRICS = Symbol('metrics');
