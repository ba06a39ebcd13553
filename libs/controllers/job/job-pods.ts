import type { batchv1, corev1 } from '#api';
import { atoi } from '#apimachinery';
import { isPodActive } from '#component-helpers';

/** The finalizer of pods that their Job has not counted yet. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
/** Annotation and label with the completion index of an indexed Job's pod. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
/** How many pods of the index failed before this one. */
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
/** How many of the index failed before this one, and were ignored by the failure policy. */
export const INDEX_IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';
const OWN_CONTROLLER = 'kubernetes.io/job-controller';

/** Whether the Job counts completions by index. */
export function isIndexed({ spec }: batchv1.Job): boolean {
  return spec.completionMode === 'Indexed';
}

/** Whether another controller works on the Job (managedByExternalController). */
export function isManagedElsewhere({ spec }: batchv1.Job): boolean {
  return spec.managedBy !== undefined && spec.managedBy !== OWN_CONTROLLER;
}

/** Whether a pod is replaced only once it has ended, not when it is being deleted (onlyReplaceFailedPods). */
export function replacesOnlyFailed({ spec }: batchv1.Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
}

/** Whether the pod has the finalizer. */
export function isTracked({ metadata }: corev1.Pod): boolean {
  return metadata.finalizers?.includes(TRACKING) === true;
}

/** The completion index of a pod; undefined if it has none. */
export function completionIndex({ metadata }: corev1.Pod): number | undefined {
  const text = metadata.annotations?.[COMPLETION_INDEX];
  return text === undefined || !/^\+?\d{1,15}$/.test(text) ? undefined : Number(text);
}

/** The completion index of a pod, if it is below the number of completions. */
export function validIndex(job: batchv1.Job, pod: corev1.Pod): number | undefined {
  const index = completionIndex(pod);
  return index !== undefined && index < (job.spec.completions ?? 0) ? index : undefined;
}

/** Whether the Job takes a pod for failed: a deleted one too, unless it waits for the end of the pod (isPodFailed). */
export function isPodFailed(pod: corev1.Pod, job: batchv1.Job): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return !replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

const MAX_COUNT = 2 ** 31 - 1;

function countIn({ metadata }: corev1.Pod, annotation: string): number {
  const count = atoi(metadata.annotations?.[annotation] ?? '');
  return count === undefined || count < 0 || count > MAX_COUNT ? 0 : count;
}

/** How many pods of the pod's index failed before it, the ignored ones apart. */
export function indexFailures(pod: corev1.Pod): { counted: number; ignored: number } {
  return { counted: countIn(pod, INDEX_FAILURES), ignored: countIn(pod, INDEX_IGNORED_FAILURES) };
}

/** The indexes of active pods. */
export function activeIndexes(pods: readonly corev1.Pod[]): Set<number> {
  return new Set(pods.filter(isPodActive).flatMap((pod) => completionIndex(pod) ?? []));
}
