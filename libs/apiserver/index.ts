export type { CachedObject, CacheEvent, CacheSink, ClusterStore, CommitListener } from '#cacher';
export {
  type ClusterStoreOptions,
  type ClusterStores,
  type ClusterStoresOptions,
  clusterStore,
  clusterStores,
  DEFAULT_STORE_LIMITS,
  type HeldStore,
  type HostedClusterStore,
  type StoreLimits,
} from '#cacher';
export type { AdmissionAttributes, AdmissionContext, AdmissionOperation, AdmissionPlugin } from './admission/admission.js';
export { type ApiServer, type ApiServerDependencies, createApiServer } from './api-server.js';
export { ANONYMOUS, type Authenticator } from './authentication/authentication.js';
export { type AuthorizationAttributes, type AuthorizerLink, privilegedGroup } from './authorization/authorization.js';
export type { AccessAttributes, AccessDecision, AccessRules, Authorizer, TokenOwner } from './authorization/authorizer.js';
export { RbacAuthorizer } from './authorization/rbac.js';
export type { Conversion } from './catalog.js';
export { type InProcessOptions, inProcessClient } from './in-process-client.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export { KUBERNETES_VERSION, type VersionInfo } from './non-resource/non-resource.js';
export type { ApiRequest, ApiResponse } from './request/request.js';
export { keyOf, keyRoot, type Location, listPrefix, locate } from './rest/keys.js';
export type { ClusterReader } from './rest/reader.js';
export { UnexpectedError } from './rest/storage-errors.js';
export type { Column, Companion, FieldOf, ResourceStrategy, StrategyContext, SubresourceStrategy, UserInfo } from './rest/strategy.js';
export type { Timers } from './watch/timers.js';
export type { ByteStream, StreamSink } from './watch/watch-stream.js';
