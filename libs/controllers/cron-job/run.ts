import { type batchv1, type corev1, Job } from '#api';
import { isNotFound, parseTime } from '#apimachinery';
import { isFenced, type ReconcileContext } from '#controller-runtime';
import { finishedCondition } from '../job/conditions.js';

/** One look at a CronJob: what becomes of its status is written once at the end. */
export class CronJobRun {
  readonly status: batchv1.CronJobStatus;

  constructor(
    readonly owner: batchv1.CronJob,
    private readonly ctx: ReconcileContext,
  ) {
    this.status = { ...owner.status };
  }

  /** The CronJob with the status as of now. */
  current(): batchv1.CronJob {
    return { ...this.owner, status: this.status };
  }

  get active(): readonly corev1.ObjectReference[] {
    return this.status.active ?? [];
  }

  add(reference: corev1.ObjectReference): void {
    this.status.active = [...this.active, reference];
  }

  isActive(uid: string | undefined): boolean {
    return this.active.some((reference) => reference.uid === uid);
  }

  /** Deletes finished Jobs beyond the limits of the history, the oldest first (cleanupFinishedJobs). */
  async removeOldJobs(jobs: readonly batchv1.Job[]): Promise<void> {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = this.owner.spec;
    await this.keep(successfulJobsHistoryLimit, 'Complete', jobs);
    await this.keep(failedJobsHistoryLimit, 'Failed', jobs);
  }

  /** Takes finished and missing Jobs from the list of active ones, and notes the last success. */
  followJobs(jobs: readonly batchv1.Job[]): void {
    const { recorder } = this.ctx;
    for (const job of jobs) this.follow(job);
    const uids = new Set(jobs.map(({ metadata }) => metadata.uid));
    for (const { uid, name } of this.active) {
      if (uids.has(uid)) continue;
      recorder.normal(this.owner, 'MissingJob', `Active job went missing: ${name}`);
      this.remove(uid);
    }
  }

  /** Deletes a Job with its pods. Returns whether it is gone from the list. */
  async deleteJob({ metadata }: { metadata: { name: string; namespace?: string; uid?: string } }): Promise<boolean> {
    const { client, recorder } = this.ctx;
    try {
      await client.delete(Job, metadata.name, metadata.namespace, { propagationPolicy: 'Background' });
    } catch (error) {
      if (isFenced(error)) throw error;
      recorder.warning(this.owner, 'FailedDelete', `Deleted job: ${error instanceof Error ? error.message : String(error)}`);
      return isNotFound(error);
    }
    this.remove(metadata.uid);
    recorder.normal(this.owner, 'SuccessfulDelete', `Deleted job ${metadata.name}`);
    return true;
  }

  private async keep(limit: number | undefined, type: string, jobs: readonly batchv1.Job[]): Promise<void> {
    if (limit === undefined || jobs.length <= limit) return;
    const ended = jobs.filter((job) => finishedCondition(job)?.type === type);
    if (ended.length <= limit) return;
    for (const job of ended.sort(compareStart).slice(0, ended.length - limit)) await this.deleteJob(job);
  }

  private follow(job: batchv1.Job): void {
    const { recorder } = this.ctx;
    const { name, uid } = job.metadata;
    const ended = finishedCondition(job);
    if (ended === undefined) {
      if (!this.isActive(uid))
        recorder.warning(this.owner, 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`);
      return;
    }
    if (this.isActive(uid)) {
      this.remove(uid);
      recorder.normal(this.owner, 'SawCompletedJob', `Saw completed job: ${name}, condition: ${ended.type}`);
    }
    const completed = job.status?.completionTime;
    if (ended.type !== 'Complete' || completed === undefined || completed === this.status.lastSuccessfulTime) return;
    const last = parseTime(this.status.lastSuccessfulTime ?? '');
    if (last === undefined || (parseTime(completed) ?? 0) > last) this.status.lastSuccessfulTime = completed;
  }

  private remove(uid: string | undefined): void {
    const left = this.active.filter((reference) => reference.uid !== uid);
    if (left.length > 0) this.status.active = left;
    else delete this.status.active;
  }
}

/** By start time, Jobs that have not started last, then by name (byJobStartTime). */
function compareStart(a: batchv1.Job, b: batchv1.Job): number {
  const [left, right] = [parseTime(a.status?.startTime ?? ''), parseTime(b.status?.startTime ?? '')];
  const order = (left ?? Number.MAX_SAFE_INTEGER) - (right ?? Number.MAX_SAFE_INTEGER);
  return order || (a.metadata.name < b.metadata.name ? -1 : 1);
}
