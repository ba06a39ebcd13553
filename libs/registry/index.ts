import type { Conversion, ResourceStrategy } from '#apiserver';
import { mutatingAdmissionPolicy } from './admissionregistration/mutating-admission-policy.js';
import { mutatingAdmissionPolicyBinding } from './admissionregistration/mutating-admission-policy-binding.js';
import { mutatingWebhookConfiguration } from './admissionregistration/mutating-webhook-configuration.js';
import { validatingAdmissionPolicy } from './admissionregistration/validating-admission-policy.js';
import { validatingAdmissionPolicyBinding } from './admissionregistration/validating-admission-policy-binding.js';
import { validatingWebhookConfiguration } from './admissionregistration/validating-webhook-configuration.js';
import { customResourceDefinition } from './apiextensions/custom-resource-definition.js';
import { apiService } from './apiregistration/api-service.js';
import { controllerRevision } from './apps/controller-revision.js';
import { daemonSet } from './apps/daemon-set.js';
import { deployment } from './apps/deployment.js';
import { replicaSet } from './apps/replica-set.js';
import { statefulSet } from './apps/stateful-set.js';
import { selfSubjectReview } from './authentication/self-subject-review.js';
import { tokenReview } from './authentication/token-review.js';
import { localSubjectAccessReview } from './authorization/local-subject-access-review.js';
import { selfSubjectAccessReview } from './authorization/self-subject-access-review.js';
import { selfSubjectRulesReview } from './authorization/self-subject-rules-review.js';
import { subjectAccessReview } from './authorization/subject-access-review.js';
import { autoscalerConversion } from './autoscaling/conversion.js';
import { horizontalPodAutoscaler } from './autoscaling/horizontal-pod-autoscaler.js';
import { cronJob } from './batch/cron-job.js';
import { job } from './batch/job.js';
import { certificateSigningRequest } from './certificates/certificate-signing-request.js';
import { lease } from './coordination/lease.js';
import { componentStatus } from './core/component-status.js';
import { configMap } from './core/config-map.js';
import { endpoints } from './core/endpoints.js';
import { event } from './core/event.js';
import { limitRange } from './core/limit-range.js';
import { namespace } from './core/namespace.js';
import { node } from './core/node.js';
import { persistentVolume } from './core/persistent-volume/persistent-volume.js';
import { persistentVolumeClaim } from './core/persistent-volume-claim/persistent-volume-claim.js';
import { pod } from './core/pod/pod.js';
import { podTemplate } from './core/pod-template.js';
import { replicationController } from './core/replication-controller.js';
import { resourceQuota } from './core/resource-quota.js';
import { secret } from './core/secret.js';
import { service } from './core/service/service.js';
import { serviceAccount } from './core/service-account.js';
import { endpointSlice } from './discovery/endpoint-slice.js';
import { eventConversion } from './events/conversion.js';
import { groupedEvent } from './events/event.js';
import { withFinalizerNames } from './finalizer-names.js';
import { flowSchema } from './flowcontrol/flow-schema.js';
import { priorityLevelConfiguration } from './flowcontrol/priority-level-configuration.js';
import { ingress } from './networking/ingress.js';
import { ingressClass } from './networking/ingress-class.js';
import { ipAddress } from './networking/ip-address.js';
import { networkPolicy } from './networking/network-policy.js';
import { serviceCIDR } from './networking/service-cidr.js';
import { runtimeClass } from './node/runtime-class.js';
import { podDisruptionBudget } from './policy/pod-disruption-budget.js';
import { clusterRole } from './rbac/cluster-role.js';
import { clusterRoleBinding } from './rbac/cluster-role-binding.js';
import { role } from './rbac/role.js';
import { roleBinding } from './rbac/role-binding.js';
import { deviceClass } from './resource/device-class.js';
import { resourceClaim } from './resource/resource-claim.js';
import { resourceClaimTemplate } from './resource/resource-claim-template.js';
import { resourceSlice } from './resource/resource-slice.js';
import { priorityClass } from './scheduling/priority-class.js';
import { csiDriver } from './storage/csi-driver.js';
import { csiNode } from './storage/csi-node.js';
import { csiStorageCapacity } from './storage/csi-storage-capacity.js';
import { storageClass } from './storage/storage-class.js';
import { volumeAttachment } from './storage/volume-attachment.js';
import { volumeAttributesClass } from './storage/volume-attributes-class.js';

/** The strategies of all resources that have one: one resource, one file, one line. */
const all: readonly ResourceStrategy[] = [
  componentStatus,
  configMap,
  endpoints,
  event,
  limitRange,
  namespace,
  node,
  persistentVolume,
  persistentVolumeClaim,
  pod,
  podTemplate,
  replicationController,
  resourceQuota,
  secret,
  service,
  serviceAccount,
  controllerRevision,
  daemonSet,
  deployment,
  replicaSet,
  statefulSet,
  cronJob,
  job,
  mutatingAdmissionPolicyBinding,
  mutatingAdmissionPolicy,
  mutatingWebhookConfiguration,
  validatingAdmissionPolicyBinding,
  validatingAdmissionPolicy,
  validatingWebhookConfiguration,
  customResourceDefinition,
  apiService,
  selfSubjectReview,
  tokenReview,
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
  subjectAccessReview,
  horizontalPodAutoscaler,
  certificateSigningRequest,
  lease,
  endpointSlice,
  groupedEvent,
  flowSchema,
  priorityLevelConfiguration,
  ingressClass,
  ingress,
  ipAddress,
  networkPolicy,
  serviceCIDR,
  runtimeClass,
  podDisruptionBudget,
  clusterRoleBinding,
  clusterRole,
  roleBinding,
  role,
  deviceClass,
  resourceClaimTemplate,
  resourceClaim,
  resourceSlice,
  priorityClass,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  storageClass,
  volumeAttachment,
  volumeAttributesClass,
];

/** All strategies, in the form that the server takes. */
export const strategies: readonly ResourceStrategy[] = all.map(withFinalizerNames);

/** The kinds that are served in a version other than the stored one. */
export const conversions: readonly Conversion[] = [autoscalerConversion, eventConversion];

export { customKindOf } from './apiextensions/custom-resource/custom-kind.js';
export { adapterMetrics } from './metrics/adapter-metrics.js';
export { resourceMetrics } from './metrics/resource-metrics.js';
export { providers } from './storages.js';
