import { type Component, type Controller, componentOf } from '#controller-runtime';
import { admissionPolicyStatus } from './admission-policies/status.js';
import { definitionFinalizer } from './apiextensions/definition-finalizer.js';
import { definitionStatus } from './apiextensions/definition-status.js';
import { autoRegister } from './apiregistration/auto-register.js';
import { apiServiceAvailability } from './apiregistration/availability.js';
import { attachDetach } from './attach-detach/controller.js';
import { inlineAttachDetach } from './attach-detach/inline.js';
import { bootstrapSigner, tokenCleaner } from './bootstrap/signer.js';
import { csrApproving } from './certificates/approver.js';
import { csrCleaner } from './certificates/cleaner.js';
import { csrSigning } from './certificates/signer.js';
import { clusterRoleAggregation } from './cluster-role-aggregation.js';
import { cronJob } from './cron-job/controller.js';
import { daemonSet } from './daemon-set/controller.js';
import { deployment } from './deployment/controller.js';
import { devicePublisher } from './device-drivers/publisher.js';
import { deviceTaintEviction } from './device-taint-eviction/controller.js';
import { disruption } from './disruption/controller.js';
import { staleDisruption } from './disruption/stale-condition.js';
import { endpointSlices } from './endpoints/endpoint-slices.js';
import { endpoints } from './endpoints/endpoints.js';
import { sliceMirroring } from './endpoints/slice-mirroring.js';
import { ephemeralVolume } from './ephemeral-volume.js';
import { flowSchemaStatus } from './flowcontrol/flow-schema-status.js';
import { garbageCollector } from './garbage-collector/controller.js';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler/controller.js';
import { job, jobOrphans } from './job/controller.js';
import { legacyTokenCleaner } from './legacy-token-cleaner.js';
import { legacyTokens } from './legacy-tokens.js';
import { namespace } from './namespace/controller.js';
import { nodeIPAM } from './node-ipam/controller.js';
import { nodeLifecycle } from './node-lifecycle/controller.js';
import { nodeTTL } from './node-ttl.js';
import { claimBinder } from './persistent-volume/claims.js';
import { volumeBinder } from './persistent-volume/volumes.js';
import { podGC } from './pod-gc.js';
import { replicaSet, replicationController } from './replica-set/controllers.js';
import { podResourceClaims, resourceClaim } from './resource-claim/controllers.js';
import { resourceQuota } from './resource-quota/controller.js';
import { rootCA } from './root-ca.js';
import { serverLeases } from './server-leases/controller.js';
import { defaultServiceCIDR } from './server-objects/default-service-cidr.js';
import { kubernetesEndpoints } from './server-objects/kubernetes-endpoints.js';
import { kubernetesServiceKeeper } from './server-objects/kubernetes-service.js';
import { nodePortRepair } from './server-objects/node-ports.js';
import { serviceAccount } from './service-account.js';
import { ipAddresses, serviceAddresses } from './service-addresses/controllers.js';
import { serviceCIDR } from './service-cidr/controller.js';
import { statefulSet } from './stateful-set/controller.js';
import { volumeAttacher, volumeDetachment } from './storage-programs/attacher.js';
import { capacityPublisher } from './storage-programs/capacity.js';
import { volumeModifier } from './storage-programs/modifier.js';
import { volumeDeleter, volumeProvisioner } from './storage-programs/provisioner.js';
import { volumeResizer } from './storage-programs/resizer.js';
import { taintEviction } from './taint-eviction/controller.js';
import { ttlAfterFinished } from './ttl-after-finished/controller.js';
import { volumeExpand } from './volume-expand.js';
import { attributesClassProtection } from './volume-protection/attributes-classes.js';
import { claimProtection } from './volume-protection/claims.js';
import { volumeProtection } from './volume-protection/volumes.js';

/** Every controller of kube-controller-manager, in the order of their turns. One line per controller. */
export const controllers: readonly Controller[] = [
  deployment,
  replicaSet,
  replicationController,
  job,
  jobOrphans,
  cronJob,
  ttlAfterFinished,
  statefulSet,
  daemonSet,
  horizontalPodAutoscaler,
  endpointSlices,
  endpoints,
  sliceMirroring,
  serviceAccount,
  rootCA,
  disruption,
  staleDisruption,
  csrApproving,
  csrSigning,
  csrCleaner,
  resourceQuota,
  bootstrapSigner,
  tokenCleaner,
  legacyTokens,
  legacyTokenCleaner,
  namespace,
  podGC,
  apiServiceAvailability,
  admissionPolicyStatus,
  ephemeralVolume,
  claimBinder,
  volumeBinder,
  claimProtection,
  volumeProtection,
  attributesClassProtection,
  volumeExpand,
  attachDetach,
  inlineAttachDetach,
  podResourceClaims,
  resourceClaim,
  nodeLifecycle,
  taintEviction,
  deviceTaintEviction,
  nodeIPAM,
  nodeTTL,
  clusterRoleAggregation,
  serviceCIDR,
  garbageCollector,
];

/** All controllers in one component, as upstream compiles them into one binary. */
export const kubeControllerManager: Component = componentOf('kube-controller-manager', controllers);

/** The controllers that run within a kube-apiserver, in the order of their turns. One line per controller. */
export const apiserverControllers: readonly Controller[] = [
  definitionStatus,
  definitionFinalizer,
  autoRegister,
  flowSchemaStatus,
  serverLeases,
  defaultServiceCIDR,
  kubernetesServiceKeeper,
  kubernetesEndpoints,
  serviceAddresses,
  ipAddresses,
  nodePortRepair,
];

/** They take their turns apart from kube-controller-manager: custom resources are served where that one is broken. */
export const kubeApiserver: Component = componentOf('kube-apiserver', apiserverControllers);

/** The programs of storage and devices that run in a cluster's pods, in the order of their turns. One line per controller. */
export const storageControllers: readonly Controller[] = [
  volumeProvisioner,
  volumeDeleter,
  volumeAttacher,
  volumeDetachment,
  volumeResizer,
  volumeModifier,
  capacityPublisher,
  devicePublisher,
];

/** They take their turns apart from the control plane, which may be down while they work. */
export const storagePrograms: Component = componentOf('storage-programs', storageControllers);
