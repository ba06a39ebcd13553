import { type appsv1, ControllerRevision, type corev1, DaemonSet, Node, Pod } from '#api';
import { controllerOf, deepEqual, keyOf, labelSelectorAsSelector, type ObjectKey } from '#apimachinery';
import {
  type Change,
  type Controller,
  defineController,
  type Informers,
  type ReconcileContext,
  type Reconciled,
  watching,
} from '#controller-runtime';
import { nextAvailability } from '../availability.js';
import { claimObjects } from '../claim.js';
import { indexHistory } from '../history/history.js';
import { indexOrphans, orphansIn, watchingOrphans } from '../orphans.js';
import { createPod, deletePod } from '../pod-control.js';
import { slowStart } from '../slow-start.js';
import { FailedPods } from './failed-pods.js';
import { cleanUpHistory, daemonHistory, hashOf } from './history.js';
import { type Managed, manage, type Sync } from './manage.js';
import { nodesWithPods } from './nodes.js';
import { daemonTemplate, placementOn, targetNode } from './placement.js';
import { planUpdate } from './rolling-update.js';
import { nextStatus } from './status.js';

type Daemon = appsv1.DaemonSet;

/** Maximum pods created, and deleted, in one reconcile (daemon_controller.go BurstReplicas). */
const BURST = 250;
const BY_DAEMON_AND_NODE = 'daemon-pods-by-node';

const selectorOf = ({ spec }: Daemon) => labelSelectorAsSelector(spec.selector);

const define = (failed: FailedPods): Controller =>
  defineController({
    name: 'daemonset-controller',
    queue: 'daemonset',
    for: DaemonSet,
    owns: [Pod, ControllerRevision],
    watches: [watchingOrphans(DaemonSet, selectorOf), watching(ControllerRevision, adopters), watching(Node, daemonsOfNode)],
    index(informers) {
      indexOrphans(informers);
      indexHistory(informers);
      informers.of(Pod).addIndex(BY_DAEMON_AND_NODE, daemonAndNode);
    },
    reconcile: (daemon, ctx) => reconcileDaemon(daemon, failed, ctx),
  });

/** Runs a pod on each node that fits (pkg/controller/daemon). */
export const daemonSet: Controller = {
  ...define(new FailedPods()),
  // The delays of failed pods are those of one cluster.
  open: (context, queue) => define(new FailedPods()).open(context, queue),
};

function daemonAndNode(pod: corev1.Pod): string[] {
  const owner = controllerOf(pod);
  const node = owner?.kind === 'DaemonSet' ? targetNode(pod) : undefined;
  return owner === undefined || node === undefined ? [] : [`${owner.uid}/${node}`];
}

/** DaemonSets whose selector matches a ControllerRevision without a controller. */
function adopters({ object, deleted }: Change<appsv1.ControllerRevision>, informers: Informers): ObjectKey[] {
  if (deleted || controllerOf(object) !== undefined) return [];
  const candidates = informers.of(DaemonSet).list(object.metadata.namespace);
  return candidates.filter((daemon) => selectorOf(daemon).matches(object.metadata.labels)).map(keyOf);
}

/** The DaemonSets to which it matters that a node was added, labelled or tainted (syncNodeUpdate). */
function daemonsOfNode({ object: node, old, deleted }: Change<corev1.Node>, informers: Informers): ObjectKey[] {
  if (deleted) return [];
  if (old && deepEqual(old.metadata.labels, node.metadata.labels) && deepEqual(old.spec.taints, node.spec.taints)) return [];
  const pods = informers.of(Pod);
  const concerned = informers
    .of(DaemonSet)
    .list()
    .filter((daemon) => {
      const { run, stay } = placementOn(node, daemon);
      const scheduled = pods.byIndex(BY_DAEMON_AND_NODE, `${daemon.metadata.uid}/${node.metadata.name}`).length > 0;
      return scheduled ? !stay || (daemon.status?.numberMisscheduled ?? 0) > 0 : run;
    });
  return concerned.map(keyOf);
}

async function reconcileDaemon(daemon: Daemon, failed: FailedPods, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { clock, informers, recorder } = ctx;
  if (selectorOf(daemon).requirements.length === 0) {
    recorder.warning(daemon, 'SelectingAll', 'This daemon set is selecting all pods. A non-empty selector is required.');
    return;
  }
  if (daemon.metadata.deletionTimestamp !== undefined) return;
  await claimPods(daemon, ctx);
  const history = await daemonHistory(daemon, ownPods(daemon, ctx), ctx);
  const hash = hashOf(history.current);
  const see = () => ({ daemon, nodes: nodesWithPods(daemon, informers.of(Node).list(), ownPods(daemon, ctx)), hash, now: clock.now() });
  const key = (node: string) => `${daemon.metadata.uid}/${daemon.status?.observedGeneration ?? 0}/${node}`;
  const managed = manage({ ...see(), backOff: (node) => failed.next(key(node), clock.now()) });
  tellEnded(daemon, managed, ctx);
  let failure = await sync({ daemon, hash }, managed, ctx);
  if (failure === undefined && daemon.spec.updateStrategy?.type === 'RollingUpdate')
    failure = await sync({ daemon, hash }, planUpdate(see()), ctx);
  if (failure === undefined) await cleanUpHistory(daemon, { old: history.old, pods: ownPods(daemon, ctx) }, ctx);
  const status = nextStatus(see());
  if (status !== undefined) await ctx.client.updateStatus(DaemonSet, { ...daemon, status });
  if (failure !== undefined) throw failure;
  return soonest(managed.requeueAfter, nextAvailability(ownPods(daemon, ctx), daemon.spec.minReadySeconds ?? 0, clock.now()));
}

function soonest(...waits: Array<number | undefined>): Reconciled | undefined {
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? undefined : { requeueAfter: Math.min(...known) };
}

function claimPods(daemon: Daemon, { client, informers }: ReconcileContext): Promise<corev1.Pod[]> {
  return claimObjects({
    client,
    owner: daemon,
    ownerResource: DaemonSet,
    resource: Pod,
    selector: selectorOf(daemon),
    candidates: [...informers.of(Pod).controlledBy(daemon.metadata.uid ?? ''), ...orphansIn(informers, daemon.metadata.namespace)],
  });
}

function ownPods(daemon: Daemon, { informers }: ReconcileContext): corev1.Pod[] {
  const selector = selectorOf(daemon);
  const own = informers.of(Pod).controlledBy(daemon.metadata.uid ?? '');
  return own.filter(({ metadata }) => selector.matches(metadata.labels));
}

function tellEnded(daemon: Daemon, { ended }: Managed, { recorder }: ReconcileContext): void {
  for (const { pod, node, phase } of ended) {
    const what = `daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`;
    if (phase === 'Failed') recorder.warning(daemon, 'FailedDaemonPod', `Found failed ${what}, will try to kill it`);
    else recorder.normal(daemon, 'SucceededDaemonPod', `Found succeeded ${what}, will try to delete it`);
  }
}

/** Creates and deletes pods (syncNodes); returns the first failure. */
async function sync(
  { daemon, hash }: { daemon: Daemon; hash: string },
  { create, delete: surplus }: Sync,
  ctx: ReconcileContext,
): Promise<Error | undefined> {
  const make = (node: string) => createPod({ owner: daemon, ownerResource: DaemonSet, template: daemonTemplate(daemon, node, hash) }, ctx);
  const notMade = await slowStart(create.slice(0, BURST), make);
  const notDeleted = await slowStart(surplus.slice(0, BURST), (pod) => deletePod(daemon, pod, ctx), { initial: BURST });
  return notMade ?? notDeleted;
}
