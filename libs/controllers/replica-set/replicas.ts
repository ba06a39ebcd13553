import { type appsv1, type corev1, Pod, type Resource, ResourceQuota } from '#api';
import { deepEqual, type LabelSelector, selectorFromSet } from '#apimachinery';
import { conditionOf, isPodActive, isPodTerminating } from '#component-helpers';
import { type Change, type Controller, defineController, type ReconcileContext, type Reconciled } from '#controller-runtime';
import { nextAvailability } from '../availability.js';
import { claimObjects } from '../claim.js';
import { indexOrphans, orphansIn, watchingOrphans } from '../orphans.js';
import { createPod, deletePod } from '../pod-control.js';
import { slowStart } from '../slow-start.js';
import { podsToDelete } from './ranking.js';
import { nextStatus } from './status.js';

/** Maximum pods created or deleted in one reconcile (replica_set.go BurstReplicas). */
const BURST = 500;

/** The two kinds that maintain a number of pods: the ReplicationController is the predecessor of the ReplicaSet. */
export type ReplicaOwner = appsv1.ReplicaSet | corev1.ReplicationController;

/** The differences between the kinds. */
export interface ReplicaKind<T extends ReplicaOwner> {
  name: string;
  /** Its name in --controllers; default its name. */
  flag?: string;
  /** That of its work queue in the metrics. */
  queue: string;
  resource: Resource<T>;
  selectorOf(owner: T): LabelSelector;
  /** Whether the status counts pods that are being deleted. */
  reportsTerminating: boolean;
  /** Pods besides the owner's own that count when a pod on a crowded node is chosen for deletion. */
  related(owner: T, ctx: ReconcileContext): readonly corev1.Pod[];
}

/** Creates the controller of a kind that maintains a number of pods (pkg/controller/replicaset). */
export function replicaController<T extends ReplicaOwner>(kind: ReplicaKind<T>): Controller {
  return defineController<T>({
    name: kind.name,
    ...(kind.flag === undefined ? {} : { flag: kind.flag }),
    queue: kind.queue,
    for: kind.resource,
    owns: [Pod],
    ownedFilter: changesCount,
    reads: [ResourceQuota],
    index: indexOrphans,
    watches: [watchingOrphans(kind.resource, kind.selectorOf)],
    reconcile: (owner, ctx) => reconcileReplicas(kind, owner, ctx),
  });
}

const ready = ({ status }: corev1.Pod) => conditionOf(status?.conditions, 'Ready');

/**
 * Whether a change of a pod can change what its owner counts. Most do not, e.g. binding it, and looking at thousands of pods for each of
 * them would take long.
 */
function changesCount({ object, old, deleted }: Change): boolean {
  if (deleted || old === undefined) return true;
  const [now, before] = [object as corev1.Pod, old as corev1.Pod];
  return (
    now.metadata.deletionTimestamp !== before.metadata.deletionTimestamp ||
    now.status?.phase !== before.status?.phase ||
    !deepEqual(ready(now), ready(before)) ||
    !deepEqual(now.metadata.labels, before.metadata.labels) ||
    !deepEqual(now.metadata.ownerReferences, before.metadata.ownerReferences)
  );
}

async function reconcileReplicas<T extends ReplicaOwner>(
  kind: ReplicaKind<T>,
  owner: T,
  ctx: ReconcileContext,
): Promise<Reconciled | undefined> {
  const { informers, client, clock } = ctx;
  const pods = informers.of(Pod);
  const own = pods.controlledBy(owner.metadata.uid ?? '');
  const orphans = orphansIn(informers, owner.metadata.namespace);
  const selector = kind.selectorOf(owner);
  const claim = (candidates: readonly corev1.Pod[]) =>
    claimObjects({ client, owner, ownerResource: kind.resource, resource: Pod, selector, candidates });
  const claimed = await claim([...own, ...orphans].filter(isPodActive));
  const outcome = owner.metadata.deletionTimestamp === undefined ? await adjust({ kind, owner, pods: claimed }, ctx) : {};
  // The informer already has what was just created and deleted: the status need not wait for another reconcile.
  const now = clock.now();
  const current = pods.controlledBy(owner.metadata.uid ?? '');
  const matches = ({ metadata }: corev1.Pod) => selector.matches(metadata.labels);
  const activePods = current === own ? claimed : current.filter((pod) => isPodActive(pod) && matches(pod));
  const minReadySeconds = owner.spec.minReadySeconds ?? 0;
  const status = nextStatus({
    status: owner.status,
    generation: owner.metadata.generation,
    replicas: owner.spec.replicas ?? 1,
    minReadySeconds,
    templateLabels: selectorFromSet(owner.spec.template?.metadata?.labels),
    activePods,
    terminating: kind.reportsTerminating ? current.filter((pod) => isPodTerminating(pod) && matches(pod)).length : undefined,
    failure: outcome.failure?.message,
    now,
  });
  if (!deepEqual(owner.status, status)) await client.updateStatus(kind.resource, { ...owner, status });
  if (outcome.failure !== undefined) throw outcome.failure;
  const requeueAfter = nextAvailability(activePods, minReadySeconds, now);
  return requeueAfter === undefined ? undefined : { requeueAfter };
}

/** Creates missing pods, deletes surplus ones. A failure is reported in the status before it is thrown. */
async function adjust<T extends ReplicaOwner>(
  { kind, owner, pods }: { kind: ReplicaKind<T>; owner: T; pods: readonly corev1.Pod[] },
  ctx: ReconcileContext,
): Promise<{ failure?: Error }> {
  const missing = (owner.spec.replicas ?? 1) - pods.length;
  if (missing === 0) return {};
  if (missing > 0) {
    const wanted = { owner, ownerResource: kind.resource, template: owner.spec.template };
    const pods = Array.from({ length: Math.min(missing, BURST) }, () => wanted);
    return failed(await slowStart(pods, (pod) => createPod(pod, ctx), { initial: isCautious(owner, ctx) ? 1 : BURST }));
  }
  const surplus = podsToDelete({ pods, related: kind.related(owner, ctx), count: Math.min(-missing, BURST), now: ctx.clock.now() });
  return failed(await slowStart(surplus, (pod) => deletePod(owner, pod, ctx), { initial: BURST }));
}

function failed(failure: Error | undefined): { failure?: Error } {
  return failure === undefined ? {} : { failure };
}

/**
 * Whether creating may well fail: then pods are created in small batches first, as upstream always does. Otherwise all are created at
 * once, which looks the same as long as nothing fails.
 */
function isCautious({ metadata, status }: ReplicaOwner, { informers }: ReconcileContext): boolean {
  return conditionOf(status?.conditions, 'ReplicaFailure') !== undefined || informers.of(ResourceQuota).list(metadata.namespace).length > 0;
}
