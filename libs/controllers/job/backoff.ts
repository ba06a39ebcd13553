import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { conditionOf } from '#component-helpers';

/** The first wait after a pod of a Job failed, in milliseconds; it is doubled with each further failure (DefaultJobPodFailureBackOff). */
const FIRST_WAIT = 10_000;
/** The longest wait (MaxJobPodFailureBackOff). */
const LONGEST_WAIT = 600_000;

/** The failures that a Job's next pods wait for (backoff_utils.go backoffRecord). */
export interface BackoffRecord {
  failuresAfterLastSuccess: number;
  lastFailure?: Instant;
}

/** The record of a Job without failures. */
export const NO_FAILURES: BackoffRecord = { failuresAfterLastSuccess: 0 };

/** The record after more pods have ended (newBackoffRecord). */
export function nextRecord(record: BackoffRecord, succeeded: readonly corev1.Pod[], failed: readonly corev1.Pod[]): BackoffRecord {
  if (succeeded.length === 0 && failed.length === 0) return record;
  const failures = failed.map(finishTime);
  const before = succeeded.length === 0 ? record : NO_FAILURES;
  const lastSuccess = succeeded.reduce((last, pod) => Math.max(last, finishTime(pod)), Number.NEGATIVE_INFINITY);
  const later = failures.filter((at) => at > lastSuccess);
  if (later.length === 0) return before;
  return {
    failuresAfterLastSuccess: before.failuresAfterLastSuccess + later.length,
    lastFailure: later.reduce((last, at) => Math.max(last, at)),
  };
}

/** Milliseconds until a pod may be created after that many failures in a row (getRemainingTimeForFailuresCount). */
export function remainingWait({ failuresAfterLastSuccess: failures, lastFailure }: BackoffRecord, now: Instant): number {
  if (failures === 0 || lastFailure === undefined) return 0;
  const wait = Math.min(FIRST_WAIT * 2 ** Math.min(failures - 1, 10), LONGEST_WAIT);
  return Math.max(0, lastFailure + wait - now);
}

/**
 * When a pod ended: its last container, else the transition of Ready to False, else the start of its deletion, else its creation
 * (getFinishedTime).
 */
export function finishTime(pod: corev1.Pod): Instant {
  return containersFinished(pod) ?? notReadySince(pod) ?? deletionBegan(pod) ?? parseTime(pod.metadata.creationTimestamp ?? '') ?? 0;
}

function containersFinished({ spec, status }: corev1.Pod): Instant | undefined {
  const sidecars = new Set(spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name));
  const statuses = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  let last: Instant | undefined;
  for (const { state } of statuses) {
    const at = parseTime(state?.terminated?.finishedAt ?? '');
    if (at === undefined) return undefined;
    last = Math.max(last ?? at, at);
  }
  return last;
}

function notReadySince({ status }: corev1.Pod): Instant | undefined {
  const ready = conditionOf(status?.conditions, 'Ready');
  return ready?.status === 'False' ? parseTime(ready.lastTransitionTime ?? '') : undefined;
}

function deletionBegan({ metadata }: corev1.Pod): Instant | undefined {
  const at = parseTime(metadata.deletionTimestamp ?? '');
  return at === undefined ? undefined : at - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}
