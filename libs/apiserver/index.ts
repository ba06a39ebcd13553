export type { AccessAttributes, AccessDecision, AccessRules, Authorizer, TokenOwner } from './authorizer.js';
export type { AdmissionAttributes, AdmissionContext, AdmissionOperation, AdmissionPlugin } from './admission.js';
export type { CachedObject, CacheEvent, CacheSink, ClusterStore, CommitListener } from './cacher/cacher.js';
export type { ClusterReader } from './reader.js';
export type { Column, Companion, FieldOf, ResourceStrategy, StrategyContext, SubresourceStrategy, UserInfo } from './strategy.js';
