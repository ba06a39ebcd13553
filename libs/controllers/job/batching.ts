import type { Instant } from '#apimachinery';
import type { BackoffRecord } from './backoff.js';
import { endOf } from './ending.js';
import { planPods } from './pods-plan.js';
import type { Progress } from './progress.js';

/** How long changes of pods may wait for more of them, in milliseconds. Upstream always waits a second (SyncJobBatchPeriod). */
export const BATCH_PERIOD = 100;
/** Jobs with fewer active pods are always looked at at once. */
const MANY = 16;

/**
 * Whether a Job is looked at again in a moment rather than now: most of its many pods still run, and each look costs several writes. As soon
 * as as many have ended as still run, they are counted at once.
 */
export function canWait(progress: Progress, record: BackoffRecord, now: Instant): boolean {
  const { active, newSucceeded, newFailed, job } = progress;
  const ended = newSucceeded.length + newFailed.length;
  if (active.length < MANY || ended >= active.length || job.metadata.deletionTimestamp !== undefined) return false;
  if (endOf(progress, now) !== undefined) return false;
  const { remove, create } = planPods(progress, record, now);
  return remove.length === 0 && (create.length === 0 || ended > 0);
}
