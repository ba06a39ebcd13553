import { type batchv1, type corev1, Job, Pod } from '#api';
import { controllerOf, deepEqual, formatTime, keyOf, type LabelSelector, labelSelectorAsSelector } from '#apimachinery';
import { isPodReady, isPodTerminal } from '#component-helpers';
import { type Change, defineController, type Informers, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { claimObjects } from '../claim.js';
import { indexOrphans, isNewOrphan, orphansIn } from '../orphans.js';
import { nextRecord } from './backoff.js';
import { canWait } from './batching.js';
import { finishedCondition } from './conditions.js';
import { untilDeadline } from './ending.js';
import { removeFinalizer } from './finalizer.js';
import { isManagedElsewhere, isTracked, TRACKING } from './job-pods.js';
import { countSync, type SyncAction } from './metrics.js';
import { observe } from './progress.js';
import { forgetRecord, keepRecord, recordOf, waitFor } from './records.js';
import { release, writeStatus } from './release.js';
import { track } from './tracking.js';
import { work } from './work.js';

/** Runs the pods of Jobs until enough have succeeded (pkg/controller/job/job_controller.go). */
export const job = defineController({
  name: 'job-controller',
  queue: 'job',
  for: Job,
  owns: [Pod],
  ownedFilter: changesProgress,
  index: indexOrphans,
  watches: [
    watching(Pod, (change, informers) =>
      isNewOrphan(change)
        ? informers
            .of(Job)
            .list(change.object.metadata.namespace)
            .filter((owner) => selectorOf(owner).matches(change.object.metadata.labels))
            .map(keyOf)
        : [],
    ),
  ],
  reconcile: syncJob,
  async gone(key, { informers }) {
    forgetRecord(key, informers);
  },
});

/**
 * Removes the finalizer from pods that no Job counts any more: their Job is gone or has ended (syncOrphanPod). Writes as the Job controller.
 */
export const jobOrphans = defineController({
  name: 'job-orphan-pods',
  queue: 'job_orphan_pod',
  flag: 'job-controller',
  for: Pod,
  filter: () => false,
  watches: [
    watching(Pod, (change, informers) => (isUncounted(change, informers) ? [keyOf(change.object)] : [])),
    watching(Job, ({ object, deleted }, informers) =>
      deleted || finishedCondition(object) !== undefined
        ? informers
            .of(Pod)
            .controlledBy(object.metadata.uid ?? '')
            .filter(isTracked)
            .map(keyOf)
        : [],
    ),
  ],
  async reconcile(pod, { client, informers }) {
    if (isTracked(pod) && !isCounted(pod, informers)) await removeFinalizer(pod, { client });
    return undefined;
  },
});

/** Whether a change of a pod can change what its Job counts: binding it, for example, cannot. */
function changesProgress({ object, old, deleted }: Change): boolean {
  if (deleted || old === undefined) return true;
  const [now, before] = [object as corev1.Pod, old as corev1.Pod];
  if (isPodTerminal(now) || isPodTerminal(before) || isPodReady(now) !== isPodReady(before)) return true;
  const [a, b] = [now.metadata, before.metadata];
  return (
    a.deletionTimestamp !== b.deletionTimestamp ||
    now.status?.phase !== before.status?.phase ||
    // Restarts count against the limit of failures.
    !deepEqual(now.status?.containerStatuses, before.status?.containerStatuses) ||
    !deepEqual(now.status?.initContainerStatuses, before.status?.initContainerStatuses) ||
    !deepEqual(a.finalizers, b.finalizers) ||
    !deepEqual(a.labels, b.labels) ||
    !deepEqual(a.annotations, b.annotations) ||
    !deepEqual(a.ownerReferences, b.ownerReferences)
  );
}

function isUncounted({ object, deleted }: Change<corev1.Pod>, informers: Informers): boolean {
  return !deleted && isTracked(object) && !isCounted(object, informers);
}

/** Whether the pod's finalizer is another's business: of the Job that is to count it, or of an owner of another kind. */
function isCounted(pod: corev1.Pod, informers: Informers): boolean {
  const controller = controllerOf(pod);
  if (controller === undefined) return false;
  if (controller.kind !== Job.kind || controller.apiVersion !== 'batch/v1') return true;
  const owner = informers.of(Job).byUid(controller.uid);
  return owner !== undefined && (isManagedElsewhere(owner) || finishedCondition(owner) === undefined);
}

function selectorOf({ spec }: batchv1.Job): LabelSelector {
  return labelSelectorAsSelector(spec.selector);
}

async function syncJob(given: batchv1.Job, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { informers, clock } = ctx;
  if (isManagedElsewhere(given)) return undefined;
  if (finishedCondition(given) !== undefined) {
    forgetRecord(keyOf(given), informers);
    return undefined;
  }
  const now = clock.now();
  const owner = started(given, formatTime(now));
  const progress = observe(owner, await claimPods(owner, ctx));
  const before = recordOf(owner, progress.pods, informers);
  const record = nextRecord(before, progress.newSucceeded, progress.newFailed);
  const left = canWait(progress, record, now) ? waitFor(owner, now, informers) : 0;
  if (left > 0) return nextLook(owner, left, now);
  let action: SyncAction = 'reconciling';
  let failed = true;
  try {
    const worked = await work(progress, record, ctx);
    action = worked.action;
    const tracked = track(progress, worked.status, worked.ended, now);
    const written = await writeStatus(given, tracked.status, ctx);
    // The pods that ended are noted in the status now, or there are none.
    keepRecord(owner, written === given ? before : record, informers);
    await release({ owner: written, progress, tracked }, ctx);
    if (worked.failure !== undefined) throw worked.failure;
    failed = false;
    return nextLook(written, worked.wait, now);
  } finally {
    countSync(ctx.metrics, owner, { action, failed, milliseconds: clock.now() - now });
  }
}

/** When to look again: after a back-off, or at the active deadline. */
function nextLook(owner: batchv1.Job, wait: number | undefined, now: number): Reconciled | undefined {
  // A Job that is past its deadline waits for its pods.
  const times = [wait, untilDeadline(owner, now)].flatMap((time) => (time !== undefined && time > 0 ? [time] : []));
  return times.length === 0 ? undefined : { requeueAfter: times.reduce((a, b) => Math.min(a, b)) };
}

/** The Job with its start time, unless it is suspended. */
function started(owner: batchv1.Job, time: string): batchv1.Job {
  const { spec, status } = owner;
  return status?.startTime !== undefined || spec.suspend === true ? owner : { ...owner, status: { ...status, startTime: time } };
}

/** The pods that the Job controls, by name, adopted ones with the finalizer. */
async function claimPods(owner: batchv1.Job, { informers, client }: ReconcileContext): Promise<corev1.Pod[]> {
  const candidates = [...informers.of(Pod).controlledBy(owner.metadata.uid ?? ''), ...orphansIn(informers, owner.metadata.namespace)];
  const pods = await claimObjects({
    client,
    owner,
    ownerResource: Job,
    resource: Pod,
    selector: selectorOf(owner),
    candidates,
    finalizers: [TRACKING],
  });
  return pods.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
