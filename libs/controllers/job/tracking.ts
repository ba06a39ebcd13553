import type { batchv1, corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { newCondition, withCondition } from './conditions.js';
import { failedFrom } from './ending.js';
import { matchFailurePolicy } from './failure-policy.js';
import { countIndexes, formatIntervals, hasIndex } from './intervals.js';
import { isIndexed, isPodFailed, isTracked, validIndex } from './job-pods.js';
import type { Progress } from './progress.js';

type Status = batchv1.JobStatus;
type Condition = batchv1.JobCondition;

/** Maximum uids in the status, so that it stays below about 20 KB (MaxUncountedPods). */
const MAX_UNCOUNTED = 500;

/** What is written before finalizers are removed. */
export interface Tracked {
  status: Status;
  /** The pods that lose their finalizer once the status is written. */
  release: readonly corev1.Pod[];
  /** Complete or Failed, which follows when all pods are counted. */
  ended?: Condition;
}

/**
 * Notes the pods that have ended in the status, so that each is counted once whatever fails meanwhile: first its uid is written to
 * uncountedTerminatedPods, then its finalizer is removed, then it is counted (trackJobStatusAndRemoveFinalizers).
 */
export function track(progress: Progress, before: Status, ended: Condition | undefined, now: Instant): Tracked {
  const { pods, indexes } = progress;
  const counted = countReleased(before, trackedUids(pods));
  const notes = new Notes(progress, ended, counted);
  const release = notes.takeAll();
  const status: Status = { ...counted, uncountedTerminatedPods: notes.uncounted() };
  if (indexes !== undefined) {
    status.succeeded = countIndexes(indexes.succeeded);
    status.completedIndexes = formatIntervals(indexes.succeeded);
    if (indexes.failed !== undefined) status.failedIndexes = formatIntervals(indexes.failed);
  }
  if (ended === undefined) return { status: compact(status), release };
  const interim = ended.type === 'FailureTarget' || ended.type === 'SuccessCriteriaMet';
  if (interim) status.conditions = [...withCondition(before.conditions, ended)];
  const final = ended.type === 'SuccessCriteriaMet' ? newCondition('Complete', ended.reason ?? '', ended.message ?? '', now) : ended;
  const last = final.type === 'FailureTarget' ? failedFrom(final, now) : final;
  return { status: compact(status), release, ...(notes.full ? {} : { ended: last }) };
}

/** The uids of pods that have the finalizer. */
export function trackedUids(pods: readonly corev1.Pod[]): Set<string> {
  return new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid ?? ''));
}

/** Counts the pods in uncountedTerminatedPods that no longer have a finalizer (cleanUncountedPodsWithoutFinalizers). */
export function countReleased(status: Status, tracked: ReadonlySet<string>): Status {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = { succeeded: succeeded.filter((uid) => tracked.has(uid)), failed: failed.filter((uid) => tracked.has(uid)) };
  return compact({
    ...status,
    succeeded: (status.succeeded ?? 0) + succeeded.length - left.succeeded.length,
    failed: (status.failed ?? 0) + failed.length - left.failed.length,
    uncountedTerminatedPods: left,
  });
}

/** The status of a Job that has ended; undefined while pods are not counted or still terminate (enactJobFinished). */
export function finished(status: Status, ended: Condition): Status | undefined {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (succeeded.length + failed.length > 0 || (status.terminating ?? 0) > 0) return undefined;
  const conditions = [...withCondition(status.conditions, ended)];
  return { ...status, conditions, ...(ended.type === 'Complete' ? { completionTime: ended.lastTransitionTime } : {}) };
}

/** Without what Go leaves out. */
function compact({ active, succeeded, failed, completedIndexes, uncountedTerminatedPods, ...rest }: Status): Status {
  const { succeeded: passed = [], failed: lost = [] } = uncountedTerminatedPods ?? {};
  return {
    ...rest,
    ...(active ? { active } : {}),
    ...(succeeded ? { succeeded } : {}),
    ...(failed ? { failed } : {}),
    ...(completedIndexes ? { completedIndexes } : {}),
    uncountedTerminatedPods: { ...(passed.length > 0 ? { succeeded: passed } : {}), ...(lost.length > 0 ? { failed: lost } : {}) },
  };
}

/** The pods that are noted in one step. */
class Notes {
  /** Whether more pods are to be noted than one status holds. */
  full = false;
  /** Newly succeeded indexes. */
  private indexesNoted = 0;
  private readonly succeeded: string[];
  private readonly failed: string[];

  constructor(
    private readonly progress: Progress,
    private readonly ended: Condition | undefined,
    status: Status,
  ) {
    this.succeeded = [...(status.uncountedTerminatedPods?.succeeded ?? [])];
    this.failed = [...(status.uncountedTerminatedPods?.failed ?? [])];
  }

  /** Notes each pod that can lose its finalizer; returns them. */
  takeAll(): corev1.Pod[] {
    const release: corev1.Pod[] = [];
    for (const pod of this.progress.pods) {
      if (!isTracked(pod) || !this.canRelease(pod)) continue;
      release.push(pod);
      this.note(pod);
      this.full = this.indexesNoted + this.succeeded.length + this.failed.length >= MAX_UNCOUNTED;
      if (this.full) break;
    }
    return release;
  }

  uncounted(): batchv1.UncountedTerminatedPods {
    return { succeeded: this.succeeded, failed: this.failed };
  }

  /** Whether the pod may lose its finalizer (canRemoveFinalizer). */
  private canRelease(pod: corev1.Pod): boolean {
    const { job, indexes } = this.progress;
    if (job.metadata.deletionTimestamp !== undefined || this.ended !== undefined || pod.status?.phase === 'Succeeded') return true;
    if (!isPodFailed(pod, job)) return false;
    const index = validIndex(job, pod);
    return index === undefined || indexes?.delayed.get(index)?.metadata.uid !== pod.metadata.uid;
  }

  private note(pod: corev1.Pod): void {
    const { job, uncounted } = this.progress;
    const uid = pod.metadata.uid ?? '';
    if (pod.status?.phase === 'Succeeded' && !uncounted.failed.has(uid)) {
      this.noteSuccess(pod, uid);
      return;
    }
    // Every other pod of a Job that has failed counts as failed.
    const lost = this.ended !== undefined && this.ended.type !== 'SuccessCriteriaMet';
    if (!lost && !isPodFailed(pod, job)) return;
    if (uncounted.failed.has(uid) || (isIndexed(job) && validIndex(job, pod) === undefined)) return;
    if (matchFailurePolicy(job.spec.podFailurePolicy, pod).counts) this.failed.push(uid);
  }

  private noteSuccess(pod: corev1.Pod, uid: string): void {
    const { job, indexes, uncounted } = this.progress;
    if (indexes === undefined) {
      if (!uncounted.succeeded.has(uid)) this.succeeded.push(uid);
      return;
    }
    const index = validIndex(job, pod);
    if (index !== undefined && !hasIndex(indexes.counted, index)) this.indexesNoted += 1;
  }
}
