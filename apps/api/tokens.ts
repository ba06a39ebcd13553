/** Injection tokens of values that are created before Nest starts. */
export const ACCESS = Symbol('access');
export const APIS = Symbol('apis');
export const AUDIT = Symbol('audit');
export const CLUSTERS = Symbol('clusters');
export const ORGANIZATIONS = Symbol('organizations');
export const CLUSTER_KEYS = Symbol('cluster keys');
export const CLUSTER_ADDRESS = Symbol('cluster address');
export const CLUSTER_COPIES = Symbol('cluster copies');
export const PAST = Symbol('past');
export const CLUSTER_TIME = Symbol('cluster time');
export const TRANSFERS = Symbol('transfers');
export const NEW_CLUSTERS = Symbol('new clusters');
export const TEMPLATES = Symbol('templates');
