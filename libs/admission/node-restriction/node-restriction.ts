import type { certificatesv1, corev1, resourcev1 } from '#api';
import { deepEqual, goQuote, notFound } from '#apimachinery';
import { type AdmissionAttributes, type AdmissionContext, type AdmissionPlugin, NODE_USER_PREFIX, nodeOf } from '#apiserver';
import { parseRequest } from '#pki';
import { rejected } from '../rejection.js';
import { admitMirrorPod } from './mirror-pods.js';
import { forbiddenLabels } from './node-labels.js';
import { admitTokenRequest } from './token-requests.js';

const LEASES = 'kube-node-lease';
const SIGNERS = new Set(['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']);

type Admit = (attributes: AdmissionAttributes, node: string, ctx: AdmissionContext) => Promise<void> | void;

/** The name of a request's object; of a create the one it is given. */
const nameOf = ({ operation, name, object }: AdmissionAttributes): string =>
  operation === 'CREATE' ? (object?.metadata.name ?? '') : name;

/** The pod that an eviction or a deletion is about. */
async function standingPod({ namespace, name }: AdmissionAttributes, { reader }: AdmissionContext): Promise<corev1.Pod> {
  const found = await reader.get<corev1.Pod>('', 'pods', namespace, name);
  if (!found) throw notFound({ group: '', resource: 'pod' }, name);
  return found;
}

function admitPodStatus(attributes: AdmissionAttributes, node: string): void {
  const { operation, object, oldObject } = attributes;
  if (operation !== 'UPDATE') throw rejected(attributes, `unexpected operation ${goQuote(operation)}`);
  const pod = object as corev1.Pod;
  const old = oldObject as corev1.Pod;
  const who = `node ${goQuote(node)}`;
  if (old.spec.nodeName !== node) throw rejected(attributes, `${who} can only update pod status for pods with spec.nodeName set to itself`);
  if (!deepEqual(pod.metadata.labels ?? {}, old.metadata.labels ?? {}))
    throw rejected(attributes, `${who} cannot update labels through pod status`);
  if (!deepEqual(pod.status?.resourceClaimStatuses ?? [], old.status?.resourceClaimStatuses ?? []))
    throw rejected(attributes, `${who} cannot update resource claim statues`);
  if (!deepEqual(pod.status?.extendedResourceClaimStatus, old.status?.extendedResourceClaimStatus))
    throw rejected(attributes, `${who} cannot update extended resource claim status`);
}

async function admitPodDeletion(attributes: AdmissionAttributes, node: string, ctx: AdmissionContext): Promise<void> {
  const { spec } = await standingPod(attributes, ctx);
  if (spec.nodeName !== node) throw rejected(attributes, `node ${goQuote(node)} can only delete pods with spec.nodeName set to itself`);
}

async function admitEviction(attributes: AdmissionAttributes, node: string, ctx: AdmissionContext): Promise<void> {
  const { operation } = attributes;
  if (operation !== 'CREATE') throw rejected(attributes, `unexpected operation ${operation}`);
  const { spec } = await standingPod(attributes, ctx);
  if (spec.nodeName !== node) throw rejected(attributes, `node ${node} can only evict pods with spec.nodeName set to itself`);
}

const admitPod: Admit = (attributes, node, ctx) => {
  const { subresource, operation } = attributes;
  if (subresource === 'status') return admitPodStatus(attributes, node);
  if (subresource === 'eviction') return admitEviction(attributes, node, ctx);
  if (subresource !== '')
    throw rejected(attributes, `unexpected pod subresource ${goQuote(subresource)}, only 'status' and 'eviction' are allowed`);
  if (operation === 'CREATE') return admitMirrorPod(attributes, node, ctx);
  if (operation === 'DELETE') return admitPodDeletion(attributes, node, ctx);
  throw rejected(attributes, `unexpected operation ${goQuote(operation)}, node ${goQuote(node)} can only create and delete mirror pods`);
};

/** A claim without what the kubelet writes while it grows a volume, and without what every write changes. */
function claimRest({ metadata, spec, status }: corev1.PersistentVolumeClaim) {
  const { resourceVersion: _version, managedFields: _fields, ...keptMetadata } = metadata;
  const {
    capacity: _capacity,
    conditions: _conditions,
    allocatedResourceStatuses: _statuses,
    allocatedResources: _resources,
    ...kept
  } = status ?? {};
  return { metadata: keptMetadata, spec, status: kept };
}

const admitClaim: Admit = (attributes, node) => {
  const { operation, subresource, object, oldObject } = attributes;
  if (subresource !== 'status') throw rejected(attributes, 'may only update PVC status');
  if (operation !== 'UPDATE') throw rejected(attributes, `unexpected operation ${goQuote(operation)}`);
  if (deepEqual(claimRest(object as corev1.PersistentVolumeClaim), claimRest(oldObject as corev1.PersistentVolumeClaim))) return;
  // Upstream appends the differences, in a form that it does not promise.
  throw rejected(attributes, `node ${goQuote(node)} is not allowed to update fields other than status.quantity and status.conditions`);
};

const admitNode: Admit = (attributes, node) => {
  const { operation } = attributes;
  const name = attributes.name;
  const who = `node ${goQuote(node)}`;
  if (name !== node) throw rejected(attributes, `${who} is not allowed to modify node ${goQuote(name)}`);
  if (operation === 'DELETE') return;
  const now = attributes.object as corev1.Node;
  const old = operation === 'UPDATE' ? (attributes.oldObject as corev1.Node) : undefined;
  const { configSource } = now.spec ?? {};
  if (!old && configSource) throw rejected(attributes, `${who} is not allowed to create pods with a non-nil configSource`);
  if (old && configSource && !deepEqual(configSource, old.spec?.configSource))
    throw rejected(attributes, `${who} is not allowed to update configSource to a new non-nil configSource`);
  if (old && !deepEqual(now.spec?.taints ?? [], old.spec?.taints ?? []))
    throw rejected(attributes, `${who} is not allowed to modify taints`);
  if (old && !deepEqual(now.metadata.ownerReferences ?? [], old.metadata.ownerReferences ?? []))
    throw rejected(attributes, `${who} is not allowed to modify ownerReferences`);
  const labels = forbiddenLabels(now.metadata.labels, old?.metadata.labels).join(', ');
  if (labels === '') return;
  throw rejected(
    attributes,
    old ? `is not allowed to modify labels: ${labels}` : `${who} is not allowed to set the following labels: ${labels}`,
  );
};

const admitLease: Admit = (attributes, node) => {
  if (attributes.namespace !== LEASES) throw rejected(attributes, `can only access leases in the ${goQuote(LEASES)} system namespace`);
  if (nameOf(attributes) !== node) throw rejected(attributes, 'can only access node lease with the same name as the requesting node');
};

const admitCSINode: Admit = (attributes, node) => {
  if (nameOf(attributes) !== node) throw rejected(attributes, 'can only access CSINode with the same name as the requesting node');
};

const admitResourceSlice: Admit = (attributes, node) => {
  const { operation, object, oldObject } = attributes;
  if (operation === 'UPDATE') return;
  const slice = (operation === 'CREATE' ? object : oldObject) as resourcev1.ResourceSlice;
  if (slice.spec.nodeName === node) return;
  const verb = operation === 'CREATE' ? 'create' : 'delete';
  throw rejected(attributes, `can only ${verb} ResourceSlice with the same NodeName as the requesting node`);
};

const admitSigningRequest: Admit = (attributes, node) => {
  if (attributes.operation !== 'CREATE') return;
  const { spec } = attributes.object as certificatesv1.CertificateSigningRequest;
  if (!SIGNERS.has(spec.signerName)) return;
  const request = parseRequest(spec.request);
  if (typeof request === 'string') throw rejected(attributes, `unable to parse csr: ${request}`);
  if (request.commonName !== NODE_USER_PREFIX + node)
    throw rejected(attributes, `can only create a node CSR with CN=${NODE_USER_PREFIX}${node}`);
};

const RULES: ReadonlyMap<string, Admit> = new Map([
  ['/pods', admitPod],
  ['/nodes', admitNode],
  ['/persistentvolumeclaims', admitClaim],
  ['/serviceaccounts', admitTokenRequest],
  ['coordination.k8s.io/leases', admitLease],
  ['storage.k8s.io/csinodes', admitCSINode],
  ['resource.k8s.io/resourceslices', admitResourceSlice],
  ['certificates.k8s.io/certificatesigningrequests', admitSigningRequest],
]);

/** Kubelets write their own node and what belongs to it, and nothing else (plugin/pkg/admission/noderestriction). */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  defaultOff: true,
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  mutates: false,
  admit(attributes, ctx) {
    const { user, group, resource } = attributes;
    const node = nodeOf(user);
    if (node === undefined) return;
    if (node === '') throw rejected(attributes, `could not determine node from user ${goQuote(user.name)}`);
    return RULES.get(`${group}/${resource}`)?.(attributes, node, ctx);
  },
};
