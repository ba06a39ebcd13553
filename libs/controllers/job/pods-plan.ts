import type { batchv1, corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { isPodTerminating } from '#component-helpers';
import { type BackoffRecord, finishTime, remainingWait } from './backoff.js';
import { firstMissing, mergeIntervals, withIndexes } from './intervals.js';
import { activeIndexes, completionIndex, isIndexed, replacesOnlyFailed } from './job-pods.js';
import { allFailures, type Progress } from './progress.js';
import { podsToRemove } from './removal.js';

/** Maximum pods created or deleted in one reconcile (MaxPodCreateDeletePerSync). */
const BURST = 500;

/** What is done about the number of pods: either pods are deleted, or some are created, or creation waits. */
export interface PodsPlan {
  remove: readonly corev1.Pod[];
  /** The completion index of each pod to create; undefined for a Job that is not indexed. */
  create: ReadonlyArray<number | undefined>;
  /** Milliseconds until the next pod may be created after failures. */
  wait?: number;
}

/** Which pods of a Job are to be created or deleted (manageJob). */
export function planPods(progress: Progress, record: BackoffRecord, now: Instant): PodsPlan {
  const { job, active, succeeded, terminating } = progress;
  const { completions, parallelism = 1, suspend, backoffLimitPerIndex } = job.spec;
  if (suspend) return { remove: podsToRemove(job, active, active.length), create: [] };
  const wanted = wantedActive({ completions, parallelism, succeeded, active: active.length });
  const remove = podsToRemove(job, active, Math.max(0, active.length - wanted)).slice(0, BURST);
  if (remove.length > 0) return { remove, create: [] };
  const missing = wanted - (replacesOnlyFailed(job) ? terminating : 0) - active.length;
  if (missing <= 0) return { remove: [], create: [] };
  const wait = backoffLimitPerIndex === undefined ? remainingWait(record, now) : 0;
  if (wait > 0) return { remove: [], create: [], wait };
  const count = Math.min(missing, BURST);
  return isIndexed(job) ? planIndexes(progress, count, now) : { remove: [], create: Array.from({ length: count }, () => undefined) };
}

function wantedActive(given: { completions: number | undefined; parallelism: number; succeeded: number; active: number }): number {
  const { completions, parallelism, succeeded, active } = given;
  // Without completions, the first success ends the Job: what runs may run to its end.
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

/** The first indexes without a pod, but for those that wait after failures of their own. */
function planIndexes({ job, pods, indexes }: Progress, count: number, now: Instant): PodsPlan {
  if (indexes === undefined) return { remove: [], create: [] };
  let taken = withIndexes(indexes.succeeded, activeIndexes(pods));
  if (replacesOnlyFailed(job))
    taken = withIndexes(taken, new Set(pods.filter(isPodTerminating).flatMap((pod) => completionIndex(pod) ?? [])));
  if (indexes.failed !== undefined) taken = mergeIntervals(taken, indexes.failed);
  const pending = firstMissing(taken, count, job.spec.completions ?? 0);
  if (job.spec.backoffLimitPerIndex === undefined) return { remove: [], create: pending };
  const waits = pending.map((index) => indexWait(indexes.delayed.get(index), now));
  const create = pending.filter((_, place) => waits[place] === 0);
  if (create.length > 0 || waits.length === 0) return { remove: [], create };
  return { remove: [], create, wait: waits.reduce((a, b) => Math.min(a, b)) };
}

/** Milliseconds until the pod of an index may be replaced (getRemainingTimePerIndex). */
function indexWait(failed: corev1.Pod | undefined, now: Instant): number {
  if (failed === undefined) return 0;
  return remainingWait({ failuresAfterLastSuccess: allFailures(failed) + 1, lastFailure: finishTime(failed) }, now);
}

/** Whether all completions are reached, with that many pods active. */
export function isComplete({ spec }: batchv1.Job, succeeded: number, active: number): boolean {
  return active === 0 && (spec.completions === undefined ? succeeded > 0 : succeeded >= spec.completions);
}
