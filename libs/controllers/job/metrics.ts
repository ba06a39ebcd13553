import type { batchv1 } from '#api';
import { exponentialBounds, histograms, type MetricRegistry, values } from '#component-base';

/** What the Job controller counts (pkg/controller/job/metrics). */

const syncs = () => values('job_controller_job_syncs_total', '[STABLE] The number of job syncs');
const syncSeconds = () =>
  histograms('job_controller_job_sync_duration_seconds', '[STABLE] The time it took to sync a job', exponentialBounds(0.004, 2, 15));
const finished = () => values('job_controller_jobs_finished_total', '[STABLE] The number of finished jobs');
const podsFinished = () => values('job_controller_job_pods_finished_total', '[STABLE] The number of finished Pods that are fully tracked');

const modeOf = ({ spec }: batchv1.Job): string => spec.completionMode ?? 'NonIndexed';

/** What a look at a Job has come to. */
export type SyncAction = 'reconciling' | 'tracking' | 'pods_created' | 'pods_deleted';

/** A Job was looked at. */
export function countSync(
  metrics: MetricRegistry,
  job: batchv1.Job,
  { action, failed, milliseconds }: { action: SyncAction; failed: boolean; milliseconds: number },
): void {
  const labels = { completion_mode: modeOf(job), result: failed ? 'error' : 'success', action };
  metrics.count(syncs, labels);
  metrics
    .of(syncSeconds)
    .of(labels)
    .observe(milliseconds / 1000);
}

/** A Job has ended. */
export function countEnd(metrics: MetricRegistry, job: batchv1.Job, { type, reason = '' }: batchv1.JobCondition): void {
  metrics.count(finished, { completion_mode: modeOf(job), result: type === 'Complete' ? 'succeeded' : 'failed', reason });
}

/** Pods are counted in the status now that were not before. */
export function countPods(metrics: MetricRegistry, job: batchv1.Job, counted: batchv1.JobStatus): void {
  for (const result of ['succeeded', 'failed'] as const) {
    const more = (counted[result] ?? 0) - (job.status?.[result] ?? 0);
    if (more > 0) metrics.of(podsFinished).of({ completion_mode: modeOf(job), result }).value += more;
  }
}
