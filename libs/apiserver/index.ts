export type { AccessAttributes, AccessDecision, AccessRules, Authorizer, TokenOwner } from './authorizer.js';
export type { AdmissionAttributes, AdmissionContext, AdmissionOperation, AdmissionPlugin } from './admission.js';
export { type ClusterStoreOptions, clusterStore, type HostedClusterStore } from './cacher/cluster-store.js';
export { type ClusterStores, type ClusterStoresOptions, clusterStores, type HeldStore } from './cacher/cluster-stores.js';
export { DEFAULT_STORE_LIMITS, type StoreLimits } from './cacher/limits.js';
export type { CachedObject, CacheEvent, CacheSink, ClusterStore, CommitListener } from './cacher/cacher.js';
export type { ClusterReader } from './reader.js';
export type { Column, Companion, FieldOf, ResourceStrategy, StrategyContext, SubresourceStrategy, UserInfo } from './strategy.js';
