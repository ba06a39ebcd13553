import type { batchv1, corev1 } from '#api';
import { isPodActive, isPodReady, isPodTerminating } from '#component-helpers';
import { finishTime } from './backoff.js';
import { matchFailurePolicy } from './failure-policy.js';
import { countIndexes, hasIndex, type Intervals, parseIntervals, withIndexes } from './intervals.js';
import { activeIndexes, completionIndex, indexFailures, isIndexed, isPodFailed, isTracked, validIndex } from './job-pods.js';

/** The completion indexes of an indexed Job. */
interface IndexProgress {
  /** Succeeded, as the status has it. */
  counted: Intervals;
  /** Succeeded, with those of pods that are not counted yet. */
  succeeded: Intervals;
  /** Failed for good; only with backoffLimitPerIndex. */
  failed?: Intervals;
  /** The failed pod of each index that waits for its replacement, which takes over its count of failures. */
  delayed: ReadonlyMap<number, corev1.Pod>;
}

/** How far a Job is, as its pods and its status tell (syncJobCtx). */
export interface Progress {
  job: batchv1.Job;
  /** By completion index where the Job is indexed. */
  pods: readonly corev1.Pod[];
  active: readonly corev1.Pod[];
  ready: number;
  terminating: number;
  succeeded: number;
  failed: number;
  /** Pods that have ended and are not counted in the status yet. */
  newSucceeded: readonly corev1.Pod[];
  newFailed: readonly corev1.Pod[];
  /** The uids in the status that are still to be counted. */
  uncounted: { succeeded: ReadonlySet<string>; failed: ReadonlySet<string> };
  indexes?: IndexProgress;
}

/** The progress of a Job with the given pods, which are sorted by name. */
export function observe(job: batchv1.Job, given: readonly corev1.Pod[]): Progress {
  const indexed = isIndexed(job);
  const pods = indexed ? [...given].sort((a, b) => (completionIndex(a) ?? -1) - (completionIndex(b) ?? -1)) : given;
  const active = pods.filter(isPodActive);
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  const uncounted = { succeeded: new Set(succeeded), failed: new Set(failed) };
  const counts = (pod: corev1.Pod, known: ReadonlySet<string>): boolean =>
    isTracked(pod) && !known.has(pod.metadata.uid ?? '') && !(indexed && validIndex(job, pod) === undefined);
  const newSucceeded = pods.filter((pod) => pod.status?.phase === 'Succeeded' && counts(pod, uncounted.succeeded));
  const newFailed = pods.filter((pod) => isPodFailed(pod, job) && counts(pod, uncounted.failed));
  const indexes = indexed ? indexProgress(job, pods) : undefined;
  const countedFailures = newFailed.filter((pod) => matchFailurePolicy(job.spec.podFailurePolicy, pod).counts).length;
  return {
    job,
    pods,
    active,
    ready: active.filter(isPodReady).length,
    terminating: pods.filter(isPodTerminating).length,
    succeeded: indexes ? countIndexes(indexes.succeeded) : (job.status?.succeeded ?? 0) + newSucceeded.length + succeeded.length,
    failed: (job.status?.failed ?? 0) + countedFailures + failed.length,
    newSucceeded,
    newFailed,
    uncounted,
    ...(indexes === undefined ? {} : { indexes }),
  };
}

function indexProgress(job: batchv1.Job, pods: readonly corev1.Pod[]): IndexProgress {
  const { completions = 0, backoffLimitPerIndex } = job.spec;
  const indexesOf = (matches: (pod: corev1.Pod) => boolean): Set<number> =>
    new Set(pods.flatMap((pod) => (isTracked(pod) && matches(pod) ? (validIndex(job, pod) ?? []) : [])));
  const counted = parseIntervals(job.status?.completedIndexes ?? '', completions);
  const succeeded = withIndexes(
    counted,
    indexesOf(({ status }) => status?.phase === 'Succeeded'),
  );
  if (backoffLimitPerIndex === undefined) return { counted, succeeded, delayed: new Map() };
  const before = parseIntervals(job.status?.failedIndexes ?? '', completions);
  const failed = withIndexes(
    before,
    indexesOf((pod) => failsIndex(pod, job, backoffLimitPerIndex)),
  );
  return { counted, succeeded, failed, delayed: delayedPods({ job, pods, succeeded, failed }) };
}

/** Whether a pod's end is the end of its index (isIndexFailed). */
function failsIndex(pod: corev1.Pod, job: batchv1.Job, limit: number): boolean {
  if (!isPodFailed(pod, job)) return false;
  const { action, counts } = matchFailurePolicy(job.spec.podFailurePolicy, pod);
  return action === 'FailIndex' || (counts && indexFailures(pod).counted >= limit);
}

/** The failed pods that stay until their replacements exist (getPodsWithDelayedDeletionPerIndex). */
function delayedPods(given: {
  job: batchv1.Job;
  pods: readonly corev1.Pod[];
  succeeded: Intervals;
  failed: Intervals;
}): ReadonlyMap<number, corev1.Pod> {
  const { job, pods, succeeded, failed } = given;
  const active = activeIndexes(pods);
  const delayed = new Map<number, corev1.Pod>();
  for (const pod of pods) {
    const index = validIndex(job, pod);
    if (index === undefined || !isTracked(pod) || !isPodFailed(pod, job)) continue;
    if (hasIndex(succeeded, index) || hasIndex(failed, index) || active.has(index)) continue;
    const known = delayed.get(index);
    if (known === undefined || (allFailures(known) <= allFailures(pod) && finishTime(pod) >= finishTime(known))) delayed.set(index, pod);
  }
  return delayed;
}

/** How many pods of the pod's index failed before it. */
export function allFailures(pod: corev1.Pod): number {
  const { counted, ignored } = indexFailures(pod);
  return counted + ignored;
}
