import type { batchv1, corev1 } from '#api';
import { formatKey, type Instant, keyOf, type ObjectKey } from '#apimachinery';
import { perCluster } from '#client';
import type { Informers } from '#controller-runtime';
import { type BackoffRecord, NO_FAILURES, nextRecord } from './backoff.js';
import { BATCH_PERIOD } from './batching.js';
import { isPodFailed, isTracked } from './job-pods.js';

interface Kept {
  uid: string | undefined;
  record: BackoffRecord;
  /** Since when the Job waits for more of its pods to change. */
  waitingSince?: Instant;
}

/** How many pods of each Job failed in a row, by cluster and key. Like upstream's they are lost with the process. */
const recordsOf = perCluster(() => new Map<string, Kept>());

/** The record of a Job before a reconcile: made from the pods that are counted already, where the process has just begun. */
export function recordOf(owner: batchv1.Job, pods: readonly corev1.Pod[], informers: Informers): BackoffRecord {
  const known = recordsOf(informers).get(formatKey(keyOf(owner)));
  if (known !== undefined && known.uid === owner.metadata.uid) return known.record;
  const counted = pods.filter((pod) => !isTracked(pod));
  const succeeded = counted.filter(({ status }) => status?.phase === 'Succeeded');
  const failed = counted.filter((pod) => isPodFailed(pod, owner));
  return nextRecord(NO_FAILURES, succeeded, failed);
}

/** Keeps the record of a Job. */
export function keepRecord(owner: batchv1.Job, record: BackoffRecord, informers: Informers): void {
  recordsOf(informers).set(formatKey(keyOf(owner)), { uid: owner.metadata.uid, record });
}

/** Milliseconds that a Job whose pods change still waits; 0 if it has waited for a period, or if it is seen for the first time. */
export function waitFor(owner: batchv1.Job, now: Instant, informers: Informers): number {
  const known = recordsOf(informers).get(formatKey(keyOf(owner)));
  if (known === undefined || known.uid !== owner.metadata.uid) return 0;
  known.waitingSince ??= now;
  return Math.max(0, known.waitingSince + BATCH_PERIOD - now);
}

/** Forgets the record of a Job that has ended or is gone. */
export function forgetRecord(key: ObjectKey, informers: Informers): void {
  recordsOf(informers).delete(formatKey(key));
}
