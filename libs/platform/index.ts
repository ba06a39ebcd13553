export { type Access, createAccess, type Grant } from './access.js';
export { ClockAdvancing, type ClockModes, createClockModes } from './clock-modes.js';
export { type ClockRequest, type ClusterClock, LARGEST_RATE, standsStill, timeOf } from './cluster-clock.js';
export { type ClusterHeader, FileRefused } from './cluster-file.js';
export { adminCertificate, CLIENT_AUTHORITY_NAME, type ClusterKeys, createClusterKeys } from './cluster-keys.js';
export {
  type ClusterRequest,
  type Clusters,
  type ClustersOptions,
  type ClusterTemplates,
  createClusters,
  type PlatformEvent,
} from './clusters.js';
export { type Asker, type Copies, createCopies, type ForkRequest, NoSnapshot, type PastState } from './copies.js';
export { type Credential, kubeconfig } from './kubeconfig.js';
export { memoryRecords } from './memory-records.js';
export { createOrganizations, type OrganizationChange, type Organizations } from './organizations.js';
export {
  createQuotaCache,
  DEFAULT_QUOTAS,
  LARGEST_QUOTAS,
  QUOTA_NAMES,
  type QuotaCache,
  type QuotaName,
  type Quotas,
  quotasOf,
} from './quotas.js';
export {
  type Cluster,
  EARLIEST,
  LATEST,
  type NamedNode,
  NameTaken,
  type NodeShape,
  type Organization,
  OrganizationGone,
  type PlatformRecords,
  type Snapshot,
  type StartingState,
  type Template,
  type TimingProfileName,
  type TokenRecord,
  TooManyClusters,
  TooManySnapshots,
  TooManyTemplates,
} from './records.js';
export { createTemplates, type TemplateContent, type Templates } from './templates.js';
export { deriveToken, hashToken, randomToken } from './tokens.js';
export { createTransfers, type Transfers } from './transfers.js';
