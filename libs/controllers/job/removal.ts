import type { batchv1, corev1 } from '#api';
import { isPodReady, podReadySince } from '#component-helpers';
import { mostRestarts, PHASE_ORDER } from '../replica-set/ranking.js';
import { completionIndex, isIndexed } from './job-pods.js';

/**
 * The active pods to remove: of an indexed Job those without a valid index and all but one of each index, then the least useful until
 * `atLeast` are chosen (activePodsForRemoval).
 */
export function podsToRemove(job: batchv1.Job, pods: readonly corev1.Pod[], atLeast: number): corev1.Pod[] {
  const { surplus, left } = isIndexed(job) ? withoutRepeated(job, pods) : { surplus: [], left: [...pods] };
  if (surplus.length >= atLeast) return surplus;
  return [...surplus, ...left.sort(compareUse).slice(0, atLeast - surplus.length)];
}

function withoutRepeated(job: batchv1.Job, pods: readonly corev1.Pod[]): { surplus: corev1.Pod[]; left: corev1.Pod[] } {
  const { completions = 0 } = job.spec;
  const byIndex = new Map<number, corev1.Pod[]>();
  for (const pod of pods) {
    const index = completionIndex(pod) ?? -1;
    const same = byIndex.get(index);
    if (same === undefined) byIndex.set(index, [pod]);
    else same.push(pod);
  }
  const surplus: corev1.Pod[] = [];
  const left: corev1.Pod[] = [];
  for (const [index, same] of [...byIndex].sort(([a], [b]) => a - b)) {
    if (index < 0 || index >= completions) surplus.push(...same);
    else {
      const ordered = same.length > 1 ? same.toSorted(compareUse) : same;
      surplus.push(...ordered.slice(0, -1));
      left.push(...ordered.slice(-1));
    }
  }
  return { surplus, left };
}

/** Negative if a is to go before b (controller_utils.go ActivePods). Equal ones keep their order. */
function compareUse(a: corev1.Pod, b: corev1.Pod): number {
  const ready = Number(isPodReady(a)) - Number(isPodReady(b));
  return (
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    phaseRank(a) - phaseRank(b) ||
    ready ||
    (podReadySince(b) ?? 0) - (podReadySince(a) ?? 0) ||
    mostRestarts(b) - mostRestarts(a) ||
    youngerFirst(a, b)
  );
}

function phaseRank({ status }: corev1.Pod): number {
  return PHASE_ORDER[status?.phase ?? 'Pending'] ?? 1;
}

function youngerFirst(a: corev1.Pod, b: corev1.Pod): number {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (left === right) return 0;
  return left > right ? -1 : 1;
}
