export type { CachedObject, CacheEvent, CacheSink, CachingWriteOp, ClusterStore, CommitListener } from './cacher.js';
export { type ClusterStoreOptions, clusterStore, type HostedClusterStore } from './cluster-store.js';
export { type ClusterStores, type ClusterStoresOptions, clusterStores, type HeldStore } from './cluster-stores.js';
export { DEFAULT_STORE_LIMITS, type StoreLimits } from './limits.js';
