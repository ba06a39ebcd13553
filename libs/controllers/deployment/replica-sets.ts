import type { appsv1, corev1 } from '#api';
import { deepEqual } from '#apimachinery';
import { TEMPLATE_HASH } from '../template-hash.js';
import { revisionOf } from './annotations.js';

/** The ReplicaSets of a Deployment: the one of its current template, and all others, oldest first. */
export interface Generations {
  current: appsv1.ReplicaSet | undefined;
  old: appsv1.ReplicaSet[];
}

type Order = (a: appsv1.ReplicaSet, b: appsv1.ReplicaSet) => number;

/** Oldest first, then by name (ReplicaSetsByCreationTimestamp). */
export const byAge: Order = (a, b) => {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
};

/** Largest first, then oldest (ReplicaSetsBySizeOlder). */
export const bySizeOlder: Order = (a, b) => sizeOf(b) - sizeOf(a) || byAge(a, b);

/** Largest first, then newest (ReplicaSetsBySizeNewer). */
export const bySizeNewer: Order = (a, b) => sizeOf(b) - sizeOf(a) || byAge(b, a);

/** Lowest revision first (ReplicaSetsByRevision). */
export const byRevision: Order = (a, b) => {
  const [left, right] = [revisionOf(a) ?? 0n, revisionOf(b) ?? 0n];
  return left === right ? byAge(a, b) : left < right ? -1 : 1;
};

/** The desired number of pods of a ReplicaSet. */
export function sizeOf({ spec }: appsv1.ReplicaSet): number {
  return spec.replicas ?? 1;
}

/** The desired number of pods of several ReplicaSets. */
export function totalSize(sets: readonly appsv1.ReplicaSet[]): number {
  return sets.reduce((total, set) => total + sizeOf(set), 0);
}

/** The number of available pods of several ReplicaSets, by their statuses. */
export function totalAvailable(sets: readonly appsv1.ReplicaSet[]): number {
  return sets.reduce((total, { status }) => total + (status?.availableReplicas ?? 0), 0);
}

/** ReplicaSets with desired pods (FilterActiveReplicaSets). */
export function active(sets: readonly appsv1.ReplicaSet[]): appsv1.ReplicaSet[] {
  return sets.filter((set) => sizeOf(set) > 0);
}

/** All ReplicaSets, the current one last. */
export function all({ current, old }: Generations): appsv1.ReplicaSet[] {
  return current === undefined ? old : [...old, current];
}

function withoutHash(template: corev1.PodTemplateSpec | undefined): corev1.PodTemplateSpec {
  const { [TEMPLATE_HASH]: _, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { name: '', ...template?.metadata, labels } };
}

/** Whether two templates are equal except for the hash label (EqualIgnoreHash). */
export function sameTemplate(a: corev1.PodTemplateSpec | undefined, b: corev1.PodTemplateSpec | undefined): boolean {
  return deepEqual(withoutHash(a), withoutHash(b));
}

/** Separates the current ReplicaSet from the old ones; of several with the same template the oldest is current (FindNewReplicaSet). */
export function generations(deployment: appsv1.Deployment, sets: readonly appsv1.ReplicaSet[]): Generations {
  const sorted = [...sets].sort(byAge);
  const current = sorted.find(({ spec }) => sameTemplate(spec.template, deployment.spec.template));
  return { current, old: sorted.filter((set) => set !== current) };
}
