import { type batchv1, type corev1, Job } from '#api';
import { formatTime } from '#apimachinery';
import { isPodReady } from '#component-helpers';
import type { ReconcileContext } from '#controller-runtime';
import { createPod, deletePod, firstFailure } from '../pod-control.js';
import { slowStart } from '../slow-start.js';
import type { BackoffRecord } from './backoff.js';
import { newCondition, withCondition } from './conditions.js';
import { endOf } from './ending.js';
import { removeFinalizer } from './finalizer.js';
import type { SyncAction } from './metrics.js';
import { indexedPrefix, indexedTemplate, trackedTemplate } from './pod-template.js';
import { isComplete, type PodsPlan, planPods } from './pods-plan.js';
import type { Progress } from './progress.js';

/** What came of creating and deleting pods. */
export interface Worked {
  status: batchv1.JobStatus;
  ended?: batchv1.JobCondition;
  failure?: Error | undefined;
  wait?: number | undefined;
  action: SyncAction;
}

/** Creates and deletes pods; all active ones are deleted when the Job has ended. */
export async function work(progress: Progress, record: BackoffRecord, ctx: ReconcileContext): Promise<Worked> {
  const { job: owner, active, succeeded } = progress;
  const now = ctx.clock.now();
  const ended = endOf(progress, now);
  if (ended !== undefined) {
    const { deleted, ready, failure } = await deletePods(active, (pod) => deletePod(owner, pod, ctx));
    const status = statusWith(progress, { active: active.length - deleted, deleted, deletedReady: ready });
    // It has not ended while active pods are left.
    return { status, failure, action: deleted > 0 ? 'pods_deleted' : 'tracking', ...(failure === undefined ? { ended } : {}) };
  }
  if (owner.metadata.deletionTimestamp !== undefined) {
    const status = statusWith(progress, { active: active.length, deleted: 0, deletedReady: 0 });
    return { status, action: 'tracking', ...(isComplete(owner, succeeded, active.length) ? { ended: completed(now) } : {}) };
  }
  const plan = planPods(progress, record, now);
  const changed = plan.remove.length > 0 ? await removePods(progress, plan, ctx) : await createPods(progress, plan, ctx);
  const status = statusWith(progress, changed);
  const { failure } = changed;
  const action = plan.remove.length > 0 ? 'pods_deleted' : changed.active > active.length ? 'pods_created' : 'tracking';
  if (isComplete(owner, succeeded, changed.active)) return { status, failure, action, ended: completed(now) };
  return { status: withSuspension(owner, status, ctx), failure, action, wait: plan.wait };
}

function completed(now: number): batchv1.JobCondition {
  return newCondition('SuccessCriteriaMet', 'CompletionsReached', 'Reached expected number of succeeded pods', now);
}

interface Changed {
  active: number;
  deleted: number;
  deletedReady: number;
  failure?: Error | undefined;
}

function statusWith({ job: owner, ready, terminating }: Progress, { active, deleted, deletedReady }: Changed): batchv1.JobStatus {
  return { ...owner.status, active, ready: ready - deletedReady, terminating: terminating + deleted };
}

/** Notes that the Job was suspended or resumed, which begins it anew. */
function withSuspension(owner: batchv1.Job, status: batchv1.JobStatus, { clock, recorder }: ReconcileContext): batchv1.JobStatus {
  const now = clock.now();
  const suspended = owner.spec.suspend === true;
  const [reason, message] = suspended ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
  const next = { ...newCondition('Suspended', reason, message, now), status: suspended ? 'True' : 'False' };
  const conditions = withCondition(status.conditions, next);
  if (conditions === status.conditions || conditions.length === 0) return status;
  recorder.normal(owner, suspended ? 'Suspended' : 'Resumed', message);
  const { startTime: _, ...rest } = status;
  return { ...rest, conditions: [...conditions], ...(suspended ? {} : { startTime: formatTime(now) }) };
}

async function deletePods(
  pods: readonly corev1.Pod[],
  remove: (pod: corev1.Pod) => Promise<unknown>,
): Promise<{ deleted: number; ready: number; failure?: Error | undefined }> {
  let deleted = 0;
  let ready = 0;
  const failure = await firstFailure(
    pods.map(async (pod) => {
      await remove(pod);
      deleted += 1;
      if (isPodReady(pod)) ready += 1;
    }),
  );
  return { deleted, ready, failure };
}

/** Deletes surplus pods, which do not count as failed: they lose their finalizer first. */
async function removePods({ job: owner, active }: Progress, { remove }: PodsPlan, ctx: ReconcileContext): Promise<Changed> {
  const { deleted, ready, failure } = await deletePods(remove, async (pod) => {
    await removeFinalizer(pod, ctx);
    await deletePod(owner, pod, ctx);
  });
  return { active: active.length - deleted, deleted, deletedReady: ready, failure };
}

/** Creates pods in steps that double, so that a quota that allows none is asked once (slowStartBatch). */
async function createPods(progress: Progress, { create, wait }: PodsPlan, ctx: ReconcileContext): Promise<Changed> {
  const { job: owner, active, indexes } = progress;
  // Upstream's manageJob returns no active pods while it waits.
  if (wait !== undefined) return { active: 0, deleted: 0, deletedReady: 0 };
  const template = trackedTemplate(owner);
  let made = 0;
  const make = async (index: number | undefined): Promise<void> => {
    const wanted =
      index === undefined
        ? { template }
        : {
            template: indexedTemplate(owner, index, indexes?.delayed.get(index)),
            generateName: indexedPrefix(owner.metadata.name, index),
          };
    await createPod({ owner, ownerResource: Job, ...wanted }, ctx);
    made += 1;
  };
  const failure = await slowStart(create, make);
  return { active: active.length + made, deleted: 0, deletedReady: 0, failure };
}
