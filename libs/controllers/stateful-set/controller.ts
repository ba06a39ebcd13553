import { type appsv1, ControllerRevision, type corev1, PersistentVolumeClaim, Pod, StatefulSet } from '#api';
import { labelSelectorAsSelector, type ObjectKey } from '#apimachinery';
import { type Change, defineController, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { nextAvailability } from '../availability.js';
import { claimObjects } from '../claim.js';
import { claimHistory, createRevision, deleteRevisions, indexHistory, renumber } from '../history/history.js';
import { byRevision, chooseRevision, surplusRevisions, templatePatch } from '../history/revisions.js';
import { indexOrphans, orphansIn, watchingOrphans } from '../orphans.js';
import { PodControl } from './execute.js';
import { isMemberOf, parentAndOrdinal, type Revisions, revisionOf } from './identity.js';
import { planPods } from './plan.js';
import { isStatusStale, nextStatus } from './status.js';

type Stateful = appsv1.StatefulSet;

const selectorOf = ({ spec }: Stateful) => labelSelectorAsSelector(spec.selector);

/** Maintains the pods of StatefulSets, each with its ordinal, and their claims (pkg/controller/statefulset). */
export const statefulSet = defineController({
  name: 'statefulset-controller',
  queue: 'statefulset',
  for: StatefulSet,
  owns: [Pod],
  reads: [ControllerRevision],
  watches: [watchingOrphans(StatefulSet, selectorOf), watching(PersistentVolumeClaim, awaiting)],
  index(informers) {
    indexOrphans(informers);
    indexHistory(informers);
  },
  reconcile: reconcileSet,
});

/** A pod that waits until the claim of its predecessor is gone is created then; upstream only does at the next sync. */
function awaiting({ object, deleted }: Change<corev1.PersistentVolumeClaim>): ObjectKey[] {
  if (!deleted) return [];
  const { namespace, ownerReferences = [] } = object.metadata;
  const pods = ownerReferences.filter(({ kind, controller }) => kind === 'Pod' && controller === true);
  return pods.map(({ name }) => ({ namespace, name: parentAndOrdinal(name).parent }));
}

async function reconcileSet(set: Stateful, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { client, informers, clock } = ctx;
  const selector = selectorOf(set);
  const history = await claimHistory({ owner: set, resource: StatefulSet, selector, release: false }, ctx);
  const claimed = await claimObjects({
    client,
    owner: set,
    ownerResource: StatefulSet,
    resource: Pod,
    selector,
    candidates: [...informers.of(Pod).controlledBy(set.metadata.uid ?? ''), ...orphansIn(informers, set.metadata.namespace)],
    accepts: (pod) => isMemberOf(set, pod),
  });
  const sorted = history.sort(byRevision);
  const { revisions, collisionCount } = await syncRevisions(set, sorted, ctx);
  const claim = (name: string) => informers.of(PersistentVolumeClaim).get(name, set.metadata.namespace);
  const steps = planPods({ set, pods: claimed, revisions, claim, now: clock.now() });
  const failure = await new PodControl(set, ctx).run(steps);
  // The informer already has what was just created and deleted: the status need not wait for another reconcile.
  const pods = ownPods(set, ctx);
  await writeStatus({ set, pods, revisions, collisionCount }, ctx);
  await truncate({ set, pods, revisions, sorted }, ctx);
  if (failure !== undefined) throw failure;
  const requeueAfter = nextAvailability(pods, set.spec.minReadySeconds ?? 0, clock.now());
  return requeueAfter === undefined ? undefined : { requeueAfter };
}

function ownPods(set: Stateful, { informers }: ReconcileContext): corev1.Pod[] {
  const selector = selectorOf(set);
  const own = informers.of(Pod).controlledBy(set.metadata.uid ?? '');
  return own.filter((pod) => selector.matches(pod.metadata.labels) && isMemberOf(set, pod));
}

/** The revisions that the set's pods have and are to have; the latter is created or renumbered if the template has changed. */
async function syncRevisions(
  set: Stateful,
  sorted: readonly appsv1.ControllerRevision[],
  ctx: ReconcileContext,
): Promise<{ revisions: Revisions; collisionCount: number }> {
  const { template } = set.spec;
  const data = templatePatch(template);
  const choice = chooseRevision(sorted, data);
  let collisionCount = set.status?.collisionCount ?? 0;
  let update: appsv1.ControllerRevision;
  if (choice.act === 'keep') update = choice.revision;
  else if (choice.act === 'renumber') update = await renumber(choice.revision, choice.to, ctx);
  else {
    const made = await createRevision({ owner: set, resource: StatefulSet, template, data, number: choice.number, collisionCount }, ctx);
    update = made.revision;
    collisionCount = made.collisionCount;
  }
  const current = sorted.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
  return { revisions: { current, update }, collisionCount };
}

interface Outcome {
  set: Stateful;
  pods: readonly corev1.Pod[];
  revisions: Revisions;
}

async function writeStatus({ set, pods, revisions, collisionCount }: Outcome & { collisionCount: number }, ctx: ReconcileContext) {
  const { current, update } = revisions;
  const names = { current: current.metadata.name, update: update.metadata.name };
  const status = nextStatus({ set, pods, ...names, collisionCount, now: ctx.clock.now() });
  if (isStatusStale(set.status, status)) await ctx.client.updateStatus(StatefulSet, { ...set, status });
}

/** Deletes old revisions beyond the history limit, unless pods have them. */
async function truncate(
  { set, pods, revisions, sorted }: Outcome & { sorted: readonly appsv1.ControllerRevision[] },
  ctx: ReconcileContext,
): Promise<void> {
  const limit = set.spec.revisionHistoryLimit ?? 10;
  if (limit < 0 || sorted.length <= limit) return;
  const { current, update } = revisions;
  const live = new Set([current.metadata.name, update.metadata.name, ...pods.map(revisionOf)]);
  await deleteRevisions(surplusRevisions(sorted, { inUse: ({ metadata }) => live.has(metadata.name), limit }), ctx);
}
