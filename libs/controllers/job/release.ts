import { type batchv1, Job } from '#api';
import { deepEqual } from '#apimachinery';
import type { ReconcileContext } from '#controller-runtime';
import { firstFailure } from '../pod-control.js';
import { removeFinalizer } from './finalizer.js';
import { countEnd, countPods } from './metrics.js';
import type { Progress } from './progress.js';
import { countReleased, finished, type Tracked, trackedUids } from './tracking.js';

/** Writes the status where it differs; returns the Job as it is now, the given one if nothing was written. */
export async function writeStatus(owner: batchv1.Job, status: batchv1.JobStatus, { client }: ReconcileContext): Promise<batchv1.Job> {
  return deepEqual(owner.status, status) ? owner : client.updateStatus(Job, { ...owner, status });
}

/** Removes finalizers, counts their pods and notes the end of the Job (flushUncountedAndRemoveFinalizers, enactJobFinished). */
export async function release(
  { owner, progress, tracked }: { owner: batchv1.Job; progress: Progress; tracked: Tracked },
  ctx: ReconcileContext,
): Promise<void> {
  const left = trackedUids(progress.pods);
  const failure = await firstFailure(
    tracked.release.map(async (pod) => {
      await removeFinalizer(pod, ctx);
      left.delete(pod.metadata.uid ?? '');
    }),
  );
  const counted = countReleased(tracked.status, left);
  const final = failure === undefined && tracked.ended !== undefined ? finished(counted, tracked.ended) : undefined;
  const written = await writeStatus(owner, final ?? counted, ctx);
  countPods(ctx.metrics, owner, counted);
  if (failure !== undefined) throw failure;
  if (final !== undefined && tracked.ended !== undefined) recordEnd(written, tracked.ended, ctx);
}

function recordEnd(owner: batchv1.Job, condition: batchv1.JobCondition, { recorder, metrics }: ReconcileContext): void {
  const { type, reason = '', message = '' } = condition;
  countEnd(metrics, owner, condition);
  if (type !== 'Complete') {
    recorder.warning(owner, reason, message);
    return;
  }
  if ((owner.status?.succeeded ?? 0) > (owner.spec.completions ?? Number.POSITIVE_INFINITY))
    recorder.warning(owner, 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
  recorder.normal(owner, 'Completed', 'Job completed');
}
