import type { corev1 } from '#api';
import { goQuote, notFound } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext } from '#apiserver';
import { isMirrorPod } from '../pod-attributes.js';
import { rejected } from '../rejection.js';

type Container = corev1.Container | corev1.EphemeralContainer;

/** Objects that containers take variables from. */
function referredByVariables(containers: readonly Container[], what: 'secrets' | 'configmaps'): boolean {
  const [key, source] = what === 'secrets' ? (['secretKeyRef', 'secretRef'] as const) : (['configMapKeyRef', 'configMapRef'] as const);
  return containers.some(
    ({ env = [], envFrom = [] }) => env.some(({ valueFrom }) => valueFrom?.[key]?.name) || envFrom.some((from) => from[source]?.name),
  );
}

/** Sources of volumes that stand for an object of the API, in upstream's words. */
const VOLUMES = [
  ['configMap', 'configmaps (via configmap volumes)'],
  ['secret', 'secrets (via secret volumes)'],
  ['csi', 'csidrivers (via CSI volumes)'],
  ['glusterfs', 'endpoints (via glusterFS volumes)'],
  ['persistentVolumeClaim', 'persistentvolumeclaims'],
  ['ephemeral', 'persistentvolumeclaims (via ephemeral volumes)'],
  ['azureFile', 'secrets (via azureFile volumes)'],
] as const;

const PROJECTED = [
  ['configMap', 'configmaps (via projected volumes)'],
  ['secret', 'secrets (via projected volumes)'],
  ['serviceAccountToken', 'serviceaccounts (via projected volumes)'],
  ['clusterTrustBundle', 'clustertrustbundles'],
  ['podCertificate', 'podcertificates'],
] as const;

function referredByVolume(volume: corev1.Volume): string | undefined {
  const plain = VOLUMES.find(([source]) => volume[source] !== undefined);
  if (plain) return plain[1];
  for (const source of volume.projected?.sources ?? []) {
    const found = PROJECTED.find(([name]) => source[name] !== undefined);
    if (found) return found[1];
  }
  return undefined;
}

/** Volumes whose driver logs in with a secret. */
const WITH_SECRET = ['cephfs', 'cinder', 'flexVolume', 'rbd', 'scaleIO', 'iscsi', 'storageos'] as const;

const holdsSecret = (volume: corev1.Volume): boolean =>
  Boolean(volume.secret?.secretName) ||
  Boolean(volume.azureFile?.secretName) ||
  Boolean(volume.csi?.nodePublishSecretRef?.name) ||
  WITH_SECRET.some((source) => Boolean(volume[source]?.secretRef?.name)) ||
  Boolean(volume.projected?.sources?.some(({ secret }) => Boolean(secret?.name)));

const holdsConfigMap = ({ configMap, projected }: corev1.Volume): boolean =>
  Boolean(configMap?.name) || Boolean(projected?.sources?.some((source) => Boolean(source.configMap?.name)));

/** What of the API a pod refers to, if anything (pkg/api/pod HasAPIObjectReference). */
function reference({ spec }: corev1.Pod): string | undefined {
  if (spec.serviceAccountName) return 'serviceaccounts';
  const { volumes = [] } = spec;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
  if (spec.imagePullSecrets?.some(({ name }) => name) || referredByVariables(containers, 'secrets') || volumes.some(holdsSecret))
    return 'secrets';
  if (referredByVariables(containers, 'configmaps') || volumes.some(holdsConfigMap)) return 'configmaps';
  if (spec.resourceClaims?.length) return 'resourceclaims';
  for (const volume of volumes) {
    const found = referredByVolume(volume);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Problem = string | undefined;

/** What is wrong with the owners of a mirror pod, which must be its node. */
function ownerProblem(owners: corev1.Pod['metadata']['ownerReferences'] = [], node: string): Problem {
  const [owner, ...others] = owners;
  const only = `node ${goQuote(node)} can only create pods with`;
  if (others.length > 0) return `${only} a single owner reference set to itself`;
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) return `${only} an owner reference set to itself`;
  if (!owner.controller) return `${only} a controller owner reference set to itself`;
  return owner.blockOwnerDeletion ? `node ${goQuote(node)} must not set blockOwnerDeletion on an owner reference` : undefined;
}

function problem(pod: corev1.Pod, node: string): Problem {
  if (!isMirrorPod(pod)) {
    const annotation = goQuote('kubernetes.io/config.mirror');
    return `pod does not have ${annotation} annotation, node ${goQuote(node)} can only create mirror pods`;
  }
  if (pod.spec.nodeName !== node) return `node ${goQuote(node)} can only create pods with spec.nodeName set to itself`;
  return ownerProblem(pod.metadata.ownerReferences, node);
}

/** Nodes only create mirror pods of their own, which refer to nothing in the API (admitPodCreate). */
export async function admitMirrorPod(attributes: AdmissionAttributes, node: string, { reader }: AdmissionContext): Promise<void> {
  const pod = attributes.object as corev1.Pod;
  const wrong = problem(pod, node);
  if (wrong !== undefined) throw rejected(attributes, wrong);
  const found = await reader.get<corev1.Node>('', 'nodes', '', node);
  if (!found) throw notFound({ group: '', resource: 'node' }, node);
  const given = pod.metadata.ownerReferences?.[0]?.uid ?? '';
  const uid = found.metadata.uid ?? '';
  if (given !== uid) throw rejected(attributes, `node ${node} UID mismatch: expected ${given} got ${uid}`);
  const referred = reference(pod);
  if (referred !== undefined) throw rejected(attributes, `node ${goQuote(node)} can not create pods that reference ${referred}`);
}
