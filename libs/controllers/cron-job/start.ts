import { type batchv1, CronJob, Job } from '#api';
import {
  controllerReference,
  formatTime,
  type Instant,
  isAlreadyExists,
  isControlledBy,
  isNamespaceTerminating,
  parseTime,
} from '#apimachinery';
import { exponentialBounds, histograms } from '#component-base';
import { isFenced, type ReconcileContext } from '#controller-runtime';
import { apiVersionOf } from '../pod-control.js';
import type { CronJobRun } from './run.js';
import { timeInZone } from './scheduled-time.js';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** pkg/controller/cronjob/metrics */
const creationSkew = () =>
  histograms(
    'cronjob_controller_job_creation_skew_duration_seconds',
    '[STABLE] Time between when a cronjob is scheduled to be run, and when the corresponding job is created',
    exponentialBounds(1, 2, 10),
  );

/** The name of the Job of a start: one start never has two Jobs (getJobName). */
function jobName({ metadata }: batchv1.CronJob, start: Instant): string {
  return `${metadata.name}-${Math.floor(start / 60_000)}`;
}

/** Creates the Job of a start, as the concurrency policy allows. */
export async function startJob(run: CronJobRun, start: Instant, ctx: ReconcileContext): Promise<void> {
  const { owner } = run;
  const { recorder } = ctx;
  const { namespace } = owner.metadata;
  const name = jobName(owner, start);
  const known = run.active.some((job) => job.name === name && job.namespace === namespace);
  if (known || parseTime(run.status.lastScheduleTime ?? '') === start) return;
  const { concurrencyPolicy } = owner.spec;
  if (concurrencyPolicy === 'Forbid' && run.active.length > 0) {
    recorder.normal(owner, 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid');
    return;
  }
  if (concurrencyPolicy === 'Replace') await replaceActive(run);
  const job = await createJob(run, start, ctx);
  if (job === undefined) return;
  const { uid, resourceVersion } = job.metadata;
  run.add({ kind: Job.kind, namespace, name, ...(uid === undefined ? {} : { uid }), apiVersion: apiVersionOf(Job), resourceVersion });
  run.status.lastScheduleTime = formatTime(start);
}

async function replaceActive(run: CronJobRun): Promise<void> {
  for (const { name = '', namespace, uid } of run.active)
    if (!(await run.deleteJob({ metadata: { name, namespace, uid } }))) throw new Error(`could not replace job ${namespace}/${name}`);
}

/** The Job of a start (getJobFromTemplate2). */
function jobFor(owner: batchv1.CronJob, start: Instant): batchv1.Job {
  const { jobTemplate, timeZone } = owner.spec;
  const { labels, annotations } = jobTemplate.metadata ?? {};
  return {
    apiVersion: apiVersionOf(Job),
    kind: Job.kind,
    metadata: {
      name: jobName(owner, start),
      namespace: owner.metadata.namespace,
      labels: { ...labels },
      annotations: { ...annotations, [SCHEDULED]: timeInZone(start, timeZone) },
      ownerReferences: [controllerReference(owner, { apiVersion: apiVersionOf(CronJob), kind: CronJob.kind })],
    },
    spec: jobTemplate.spec ?? { template: {} },
  };
}

/** Creates the Job of a start; the existing one of this CronJob if its status was not written. Undefined if there is nothing to note. */
async function createJob(run: CronJobRun, start: Instant, ctx: ReconcileContext): Promise<batchv1.Job | undefined> {
  const { owner } = run;
  const { client, recorder, metrics, wall } = ctx;
  const job = jobFor(owner, start);
  try {
    const made = await client.create(Job, job);
    recorder.normal(owner, 'SuccessfulCreate', `Created job ${made.metadata.name}`);
    metrics
      .of(creationSkew)
      .of({})
      .observe((wall.now() - start) / 1000);
    return made;
  } catch (error) {
    if (isAlreadyExists(error)) {
      const present = await client.get(Job, job.metadata.name, job.metadata.namespace);
      return isControlledBy(present, owner) && !run.isActive(present.metadata.uid) ? present : undefined;
    }
    if (!isFenced(error) && !isNamespaceTerminating(error))
      recorder.warning(owner, 'FailedCreate', `Error creating job: ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  }
}
