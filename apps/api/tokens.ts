/** Injection tokens of values that are created before Nest starts. */
export const ACCESS = Symbol('access');
export const APIS = Symbol('apis');
export const AUDIT = Symbol('audit');
export const CLUSTERS = Symbol('clusters');
export const ORGANIZATIONS = Symbol('organizations');
export const CLUSTER_KEYS = Symbol('cluster keys');
export const CLUSTER_ADDRESS = Symbol('cluster address');
export const MAX_NODES = Symbol('max nodes');
export const COPIES = Symbol('copies');
export const CLOCK_MODES = Symbol('clock modes');
export const PAST = Symbol('past');
export const CLOCK_TURNER = Symbol('clock turner');
export const TEMPLATES = Symbol('templates');
