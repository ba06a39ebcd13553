import { type batchv1, CronJob, Job } from '#api';
import { deepEqual, formatKey, type Instant, keyOf } from '#apimachinery';
import { perCluster } from '#client';
import { isTimeZone } from '#component-helpers';
import { type Change, defineController, type ReconcileContext, type Reconciled } from '#controller-runtime';
import { finishedCondition } from '../job/conditions.js';
import { CronJobRun } from './run.js';
import { dueStarts, scheduleOf, untilNextStart } from './schedule.js';
import { startJob } from './start.js';

/** Creates Jobs by the schedules of CronJobs (pkg/controller/cronjob/cronjob_controllerv2.go). */
export const cronJob = defineController({
  name: 'cronjob-controller',
  queue: 'cronjob',
  for: CronJob,
  owns: [Job],
  ownedFilter: changesRun,
  reconcile: syncCronJob,
  async gone(key, { informers }) {
    schedulesOf(informers).delete(formatKey(key));
  },
});

/** Whether a change of a Job can change what becomes of its CronJob: most do not, while it runs. */
function changesRun({ object, old, deleted }: Change): boolean {
  if (deleted || old === undefined) return true;
  const [now, before] = [object as batchv1.Job, old as batchv1.Job];
  if (finishedCondition(now) !== undefined || finishedCondition(before) !== undefined) return true;
  return !deepEqual(now.metadata.ownerReferences, before.metadata.ownerReferences);
}

/** The schedule with which each CronJob was looked at last, by cluster: a changed one counts from now on (updateCronJob). */
const schedulesOf = perCluster(() => new Map<string, string>());

async function syncCronJob(owner: batchv1.CronJob, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const jobs = ctx.informers.of(Job).controlledBy(owner.metadata.uid ?? '');
  const run = new CronJobRun(owner, ctx);
  await run.removeOldJobs(jobs);
  run.followJobs(jobs);
  let requeueAfter: number | undefined;
  let failure: unknown;
  try {
    requeueAfter = owner.metadata.deletionTimestamp === undefined ? await startIfDue(run, ctx) : undefined;
  } catch (error) {
    failure = error;
  }
  if (!deepEqual(owner.status ?? {}, run.status)) await ctx.client.updateStatus(CronJob, { ...owner, status: run.status });
  if (failure !== undefined) throw failure;
  return requeueAfter === undefined ? undefined : { requeueAfter };
}

/** Starts the Job that is due; returns the milliseconds until the next one. */
async function startIfDue(run: CronJobRun, ctx: ReconcileContext): Promise<number | undefined> {
  const { owner } = run;
  const { informers, recorder } = ctx;
  const now = ctx.wall.now();
  const { schedule: text, timeZone, suspend } = owner.spec;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    recorder.warning(owner, 'UnknownTimeZone', `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`);
    return undefined;
  }
  if (suspend === true) return undefined;
  if (text.includes('TZ')) recorder.warning(owner, 'UnsupportedSchedule', unsupported(text));
  const schedule = scheduleOf(owner);
  if (typeof schedule === 'string') {
    recorder.warning(owner, 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(text)} : ${schedule}`);
    return undefined;
  }
  const next = (): number | undefined => untilNextStart(run.current(), schedule, now);
  const key = formatKey(keyOf(owner));
  const before = schedulesOf(informers).get(key);
  schedulesOf(informers).set(key, `${timeZone} ${text}`);
  if (before !== undefined && before !== `${timeZone} ${text}`) return next();
  const { last, missed, error } = dueStarts(owner, schedule, now, true);
  if (error !== undefined) {
    recorder.warning(owner, 'InvalidSchedule', `invalid schedule: ${text} : ${error}`);
    return undefined;
  }
  if (last === undefined) return next();
  if (missed === 'many') recorder.warning(owner, 'TooManyMissedTimes', TOO_MANY);
  if (!isTooLate(owner, last, ctx)) await startJob(run, last, ctx);
  return next();
}

const TOO_MANY = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';

const unsupported = (schedule: string): string =>
  `CRON_TZ or TZ used in schedule ${JSON.stringify(schedule)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`;

/** Whether a start is past its deadline. */
function isTooLate(owner: batchv1.CronJob, start: Instant, { wall, recorder }: ReconcileContext): boolean {
  const { startingDeadlineSeconds } = owner.spec;
  if (startingDeadlineSeconds === undefined || start + startingDeadlineSeconds * 1000 >= wall.now()) return false;
  const time = new Date(start).toUTCString().replace('GMT', '+0000');
  recorder.warning(owner, 'MissSchedule', `Missed scheduled time to start a job: ${time}`);
  return true;
}
