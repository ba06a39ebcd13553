export { type Access, createAccess, type Grant } from './access.js';
export {
  type ClusterRequest,
  type Clusters,
  type ClustersOptions,
  type ClusterTemplates,
  createClusters,
  type PlatformEvent,
} from './clusters.js';
export { kubeconfig } from './kubeconfig.js';
export { createOrganizations, type Organizations } from './organizations.js';
export {
  type Cluster,
  type ClusterClock,
  NameTaken,
  type NodeShape,
  type Organization,
  type PlatformRecords,
  type TimingProfileName,
  type TokenRecord,
} from './records.js';
export { deriveToken, hashToken, randomToken } from './tokens.js';
