import { type appsv1, type corev1, StatefulSet } from '#api';
import { restoredTemplate } from '../history/revisions.js';
import { podFor } from '../pod-control.js';

type Stateful = appsv1.StatefulSet;

/** The label with the pod's name (apps.StatefulSetPodNameLabel). */
const POD_NAME = 'statefulset.kubernetes.io/pod-name';
/** The label with the pod's ordinal (apps.PodIndexLabel). */
const POD_INDEX = 'apps.kubernetes.io/pod-index';
/** The label with the name of the pod's ControllerRevision (apps.StatefulSetRevisionLabel). */
const REVISION = 'controller-revision-hash';

/** Ordinals are 32-bit numbers. */
const MAX_ORDINAL = 2 ** 31 - 1;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** The set and the ordinal that a pod's name says; ordinal -1 if it says none (getParentNameAndOrdinal). */
export function parentAndOrdinal(name: string): { parent: string; ordinal: number } {
  let start = name.length;
  while (start > 0 && isDigit(name.charCodeAt(start - 1))) start -= 1;
  if (start === name.length || name[start - 1] !== '-') return { parent: '', ordinal: -1 };
  const ordinal = Number(name.slice(start));
  return { parent: name.slice(0, start - 1), ordinal: ordinal <= MAX_ORDINAL ? ordinal : -1 };
}

/** The ordinal of a pod; -1 if it has none. */
export function ordinalOf(pod: corev1.Pod): number {
  return parentAndOrdinal(pod.metadata.name).ordinal;
}

/** Whether the pod's name is one of the set's (isMemberOf). */
export function isMemberOf({ metadata }: Stateful, pod: corev1.Pod): boolean {
  return parentAndOrdinal(pod.metadata.name).parent === metadata.name;
}

/** The first ordinal of the set. */
export function startOrdinal({ spec }: Stateful): number {
  return spec.ordinals?.start ?? 0;
}

/** The ordinal after the last one of the set. */
export function endOrdinal(set: Stateful): number {
  return startOrdinal(set) + (set.spec.replicas ?? 1);
}

/** Whether the pod's ordinal is one of those that the set wants. */
export function isInRange(set: Stateful, pod: corev1.Pod): boolean {
  const ordinal = ordinalOf(pod);
  return ordinal >= startOrdinal(set) && ordinal < endOrdinal(set);
}

/** The name of a pod's ControllerRevision; '' if it has none. */
export function revisionOf({ metadata }: corev1.Pod): string {
  return metadata.labels?.[REVISION] ?? '';
}

/** The name of the claim of a template for a pod. */
function claimName(template: corev1.PersistentVolumeClaim, set: Stateful, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

/** The claims of a pod, one for each template (getPersistentVolumeClaims). */
export function claimsOf(set: Stateful, ordinal: number): corev1.PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: claimName(template, set, ordinal),
      namespace: set.metadata.namespace,
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
    },
    spec: template.spec,
  }));
}

/** Whether the pod has the name, namespace and labels of its ordinal (identityMatches). */
export function identityMatches(set: Stateful, pod: corev1.Pod): boolean {
  const { parent, ordinal } = parentAndOrdinal(pod.metadata.name);
  const { name, labels } = pod.metadata;
  return ordinal >= 0 && parent === set.metadata.name && name === `${parent}-${ordinal}` && labels?.[POD_NAME] === name;
}

/** Whether the pod mounts the claims of its ordinal (storageMatches). */
export function storageMatches(set: Stateful, pod: corev1.Pod): boolean {
  const templates = set.spec.volumeClaimTemplates ?? [];
  if (templates.length === 0) return true;
  const mounted = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume.persistentVolumeClaim?.claimName]));
  const ordinal = ordinalOf(pod);
  return templates.every((template) => mounted.get(template.metadata.name) === claimName(template, set, ordinal));
}

function withIdentity(set: Stateful, pod: corev1.Pod, ordinal: number): corev1.Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = { ...pod.metadata.labels, [POD_NAME]: name, [POD_INDEX]: String(ordinal) };
  return { ...pod, metadata: { ...pod.metadata, name, namespace: set.metadata.namespace, labels } };
}

/** The claims' volumes come first and replace volumes of the same names (updateStorage). */
function withStorage(set: Stateful, pod: corev1.Pod, ordinal: number): corev1.Pod {
  const templates = set.spec.volumeClaimTemplates ?? [];
  if (templates.length === 0) return pod;
  const names = new Set(templates.map(({ metadata }) => metadata.name));
  const others = (pod.spec.volumes ?? []).filter(({ name }) => !names.has(name));
  const volumes = templates.map((template) => ({
    name: template.metadata.name,
    persistentVolumeClaim: { claimName: claimName(template, set, ordinal) },
  }));
  return { ...pod, spec: { ...pod.spec, volumes: [...volumes, ...others] } };
}

/** The pod with the identity and the volumes that it ought to have (UpdateStatefulPod). */
export function conforming(set: Stateful, pod: corev1.Pod): corev1.Pod {
  const ordinal = ordinalOf(pod);
  return withStorage(set, identityMatches(set, pod) ? pod : withIdentity(set, pod, ordinal), ordinal);
}

/** The revisions that pods are made of. */
export interface Revisions {
  current: appsv1.ControllerRevision;
  update: appsv1.ControllerRevision;
}

/** Whether a new pod of this ordinal is of the current revision still, not of the update's (newVersionedStatefulSetPod). */
function isBelowUpdate(set: Stateful, ordinal: number): boolean {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (rollingUpdate != null) return ordinal < startOrdinal(set) + (rollingUpdate.partition ?? 0);
  return type === 'RollingUpdate' && ordinal < startOrdinal(set) + (set.status?.currentReplicas ?? 0);
}

/** A new pod of the set, of the revision that its ordinal is to have. */
export function newPod(set: Stateful, { current, update }: Revisions, ordinal: number): corev1.Pod {
  const revision = isBelowUpdate(set, ordinal) ? current : update;
  const pod = podFor({ owner: set, ownerResource: StatefulSet, template: restoredTemplate(revision, set.spec.template) });
  const named = withStorage(set, withIdentity(set, pod, ordinal), ordinal);
  const { serviceName } = set.spec;
  return {
    ...named,
    metadata: { ...named.metadata, labels: { ...named.metadata.labels, [REVISION]: revision.metadata.name } },
    spec: { ...named.spec, hostname: named.metadata.name, ...(serviceName ? { subdomain: serviceName } : { subdomain: undefined }) },
  };
}
