import type { AdmissionPlugin } from '#apiserver';
import { certificateApproval } from './certificate-approval.js';
import { certificateSigning } from './certificate-signing.js';
import { certificateSubjectRestriction } from './certificate-subject-restriction.js';
import { defaultIngressClass } from './default-ingress-class.js';
import { defaultStorageClass } from './default-storage-class.js';
import { defaultTolerationSeconds } from './default-toleration-seconds.js';
import { limitRanger } from './limit-ranger/limit-ranger.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';
import { nodeRestriction } from './node-restriction/node-restriction.js';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.js';
import { podSecurity } from './pod-security/pod-security.js';
import { podTopologyLabels } from './pod-topology-labels.js';
import { mutatingAdmissionPolicy } from './policy/mutating-admission-policy.js';
import { validatingAdmissionPolicy } from './policy/validating-admission-policy.js';
import { priority } from './priority.js';
import { resourceQuota } from './resource-quota/resource-quota.js';
import { runtimeClass } from './runtime-class.js';
import { serviceAccount } from './service-account.js';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.js';
import { taintNodesByCondition } from './taint-nodes-by-condition.js';
import { mutatingAdmissionWebhook } from './webhook/mutating-admission-webhook.js';
import { validatingAdmissionWebhook } from './webhook/validating-admission-webhook.js';

/** The admission plugins in the order in which they run (pkg/kubeapiserver/options/plugins.go AllOrderedPlugins). */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  mutatingAdmissionPolicy,
  mutatingAdmissionWebhook,
  validatingAdmissionPolicy,
  validatingAdmissionWebhook,
  resourceQuota,
];
