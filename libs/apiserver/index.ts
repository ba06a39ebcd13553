export type { AdmissionAttributes, AdmissionContext, AdmissionOperation, AdmissionPlugin } from './admission/admission.js';
export { Reinvocation } from './admission/reinvocation.js';
export { type ApiServer, type ApiServerDependencies, createApiServer } from './api-server.js';
export {
  type AuditAnnotations,
  AuditEvent,
  type Origin,
  type PluginOutcome,
  STAGES,
} from './audit/audit-event.js';
export type { AuditLevel } from './audit/audit-level.js';
export type { AuditSink } from './audit/auditor.js';
export type { Change } from './audit/object-changes.js';
export { ANONYMOUS, type Authenticator, bearerTokenOf } from './authentication/authentication.js';
export type { ClientAuthority } from './authentication/client-certificate.js';
export { completedUser, impersonates } from './authentication/impersonation.js';
export type { BoundObjects } from './authentication/service-account/claims.js';
export type { SigningKey } from './authentication/service-account/tokens.js';
export { InvalidToken } from './authentication/service-account/validate-claims.js';
export { attributesOfAccess } from './authorization/access.js';
export { type AuthorizationAttributes, type AuthorizerLink, forbiddenError, privilegedGroup } from './authorization/authorization.js';
export type { AccessAttributes, AccessDecision, AccessRules, Authorizer, TokenOwner } from './authorization/authorizer.js';
export { type ExplainedBinding, type Explanation, explainAccess, type NearMiss } from './authorization/explain/explain.js';
export { NODE_USER_PREFIX, nodeOf } from './authorization/node-identity.js';
export { RbacAuthorizer, type RuleResolver } from './authorization/rbac.js';
export { ClusterStorages } from './cluster-storages.js';
export type { ControlPlane } from './control-plane.js';
export type { AddOn } from './custom-resources/add-ons.js';
export { anyStorage } from './custom-resources/any-storage.js';
export type { CustomKind, CustomVersion } from './custom-resources/custom-kind.js';
export type { CustomKindOf } from './custom-resources/definitions.js';
export { failureResponse } from './endpoints/failure.js';
export { type FlowLimits, TooManyRequests } from './flow-control/flow-control.js';
export { WorkShare } from './flow-control/work-share.js';
export { inProcessClient } from './in-process-client.js';
export type { InProcessOptions } from './in-process-options.js';
export { AUDIT_LIMITS, DEFAULT_LIMITS, type Limits } from './limits.js';
export { pastObject } from './past-object.js';
export { type DeleteOptions, deleteOptionsFromBody, listOptions, type WriteOptions } from './request/options.js';
export {
  type ApiRequest,
  type ApiResponse,
  CLOSE,
  type CloseCode,
  type ConnectionHandler,
  headerOf,
  type Pieces,
  type Takeover,
  type UpgradedConnection,
} from './request/request.js';
export type { APIResource, Conversion } from './rest/api-resource.js';
export { completed } from './rest/completed-object.js';
export { deleteObject } from './rest/delete.js';
export { checkPreconditions, deletionFinalizers } from './rest/deletion.js';
export { getObject } from './rest/get.js';
export { keyRoot, type Location, listPrefix, locate, requestNamespace, storageKey } from './rest/keys.js';
export { ensureNamespace } from './rest/object-meta.js';
export type { ClusterReader } from './rest/reader.js';
export { admissionAttributes, admissionContext, admissionOptions, type RestScope } from './rest/scope.js';
export { selectionOf } from './rest/selection.js';
export type { Capabilities, RestStorage, StorageProvider } from './rest/storage.js';
export type { Column, Companion, FieldOf, ResourceStrategy, StrategyContext, SubresourceStrategy, UserInfo } from './rest/strategy.js';
export { updateObject } from './rest/update.js';
export { unstored } from './rest/view.js';
export { CloudManagerSource } from './settings/cloud-controller-manager-settings.js';
export type { ConfigurationType } from './settings/configuration-type.js';
export { CONTROL_PLANE_KEY, controlPlaneNodes, controlPlaneText } from './settings/control-plane-nodes.js';
export { ControllerManagerSource } from './settings/controller-manager-settings.js';
export { type DataDirectory, ETCD_DATA_KEY, type EtcdData, keepDirectory, NO_DATA, withDirectory } from './settings/etcd-data.js';
export { hasState, keepState, keptState, type StateFacts, type StateItem } from './settings/etcd-states.js';
export { flagsOf, integerOf, StartFailure } from './settings/flags.js';
export { defaultElection, type LeaderElection } from './settings/leader-election.js';
export { manifestPod } from './settings/manifest-source.js';
export {
  CLOUD_CONTROLLER_MANAGER_MANIFEST,
  CONTROLLER_MANAGER_MANIFEST,
  FILES,
  fileKey,
  fileText,
  MANIFEST,
  type NodeFile,
  SCHEDULER_MANIFEST,
} from './settings/node-files.js';
export { SchedulerSource } from './settings/scheduler-settings.js';
export { withoutEffect } from './settings/without-effect.js';
export type { StorageMap } from './storage-map.js';
export { beginTransaction, type Transaction } from './transaction/transaction.js';
export type { Timers } from './watch/timers.js';
export type { ByteStream, StreamSink } from './watch/watch-stream.js';
export {
  type HttpAnswer,
  type HttpCall,
  NoAnswer,
  type PodServer,
  type WebhookCall,
  WebhookCallError,
  type WebhookCaller,
  type WebhookClientConfig,
  WebhookConfigError,
  type WebhookReview,
  type WebhookRoutes,
} from './webhooks/webhook-caller.js';
