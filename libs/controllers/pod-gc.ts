import { type corev1, Node, Pod } from '#api';
import { formatKey, formatTime, type Instant, ignoreNotFound, keyOf, type ObjectKey } from '#apimachinery';
import { indexPodsByNode, perCluster, podsOnNode } from '#client';
import { conditionOf, isPodTerminal, setCondition } from '#component-helpers';
import { type Change, defineController, type Informers, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';

/** How long a pod's node may be missing before the pod is deleted (gc_controller.go quarantineTime). */
const QUARANTINE = 40_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
const TERMINATED_PODS = 'terminated-pods';

/**
 * Deletes pods that no other controller deletes: those whose node is gone, terminating ones that were never scheduled, and terminated ones
 * beyond the threshold (pkg/controller/podgc).
 */
export const podGC = defineController({
  name: 'pod-garbage-collector',
  flag: 'pod-garbage-collector-controller',
  for: Pod,
  filter: ({ object, old, deleted }) => !deleted && ((isEnding(object) && !isEnding(old)) || (isOver(object) && !isOver(old))),
  watches: [
    watching(Pod, ({ object, deleted }, informers) => (!deleted && isLost(object, informers) ? [keyOf(object)] : [])),
    watching(Node, podsOfNode),
  ],
  index: (informers) => {
    indexPodsByNode(informers);
    informers.of(Pod).addIndex(TERMINATED_PODS, (pod) => (isPodTerminal(pod) ? ['true'] : []));
  },
  interests({ resource, object, deleted }) {
    if (resource === 'nodes') return deleted || isOutOfService(object() as corev1.Node);
    if (deleted) return false;
    const pod = object() as corev1.Pod;
    return pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod) || Boolean(pod.spec.nodeName);
  },
  followsFlags: true,
  reconcile: collectPod,
});

const isEnding = (pod: corev1.Pod | undefined): boolean => pod?.metadata.deletionTimestamp !== undefined;

const isOver = (pod: corev1.Pod | undefined): boolean => pod !== undefined && isPodTerminal(pod);

const isLost = ({ spec }: corev1.Pod, informers: Informers): boolean =>
  Boolean(spec.nodeName) && informers.of(Node).get(spec.nodeName ?? '') === undefined;

const isEvicted = ({ status }: corev1.Pod): boolean => status?.phase === 'Failed' && status.reason === 'Evicted';

/** Evicted pods first, then the oldest, then by name (byEvictionAndCreationTimestamp). */
function byAge(a: corev1.Pod, b: corev1.Pod): number {
  if (isEvicted(a) !== isEvicted(b)) return isEvicted(a) ? -1 : 1;
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return formatKey(keyOf(a)) < formatKey(keyOf(b)) ? -1 : 1;
}

/** The terminated pods beyond the threshold. */
function surplusTerminated({ informers, settings }: ReconcileContext): corev1.Pod[] {
  const { terminatedPods } = settings.options;
  const ended = informers.of(Pod).byIndex(TERMINATED_PODS, 'true');
  const surplus = ended.length - terminatedPods;
  if (terminatedPods <= 0 || surplus <= 0) return [];
  // As a rule one more has ended.
  if (surplus === 1) return [ended.reduce((oldest, pod) => (byAge(pod, oldest) < 0 ? pod : oldest))];
  return [...ended].sort(byAge).slice(0, surplus);
}

async function collectPod(pod: corev1.Pod, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { informers } = ctx;
  const unplaced = pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName;
  const stuck = pod.metadata.deletionTimestamp !== undefined && isOutOfService(informers.of(Node).get(pod.spec.nodeName ?? ''));
  if (unplaced || stuck) {
    if (!isPodTerminal(pod)) await markFailed(pod, undefined, ctx);
    await remove(pod, ctx);
    return;
  }
  if (isPodTerminal(pod)) for (const one of surplusTerminated(ctx)) await remove(one, ctx);
  const wait = quarantine(pod.spec.nodeName, ctx);
  if (wait === undefined) return;
  if (wait > 0) return { requeueAfter: wait };
  if (!isPodTerminal(pod)) await markFailed(pod, LOST, ctx);
  await remove(pod, ctx);
}

/** Since when each node has been missing that pods name, by cluster; dropped with the caches. */
const missedSince = perCluster(() => new Map<string, Instant>());
/** Nodes of which that is remembered: pods may name any. */
const MOST_MISSED = 10_000;

/** Milliseconds until the pods of a missing node are deleted; undefined if the node exists. */
function quarantine(node: string | undefined, { informers, clock }: ReconcileContext): number | undefined {
  if (!node || informers.of(Node).get(node) !== undefined) return undefined;
  const missed = missedSince(informers);
  const now = clock.now();
  const since = missed.get(node) ?? now;
  missed.set(node, since);
  for (const oldest of missed.keys()) {
    if (missed.size <= MOST_MISSED) break;
    missed.delete(oldest);
  }
  return Math.max(0, since + QUARANTINE - now);
}

/** The pods of a node that is gone or out of service; of a node that has come, nothing is remembered. */
function podsOfNode({ object, deleted }: Change<corev1.Node>, informers: Informers): ObjectKey[] {
  const { name } = object.metadata;
  if (!deleted) missedSince(informers).delete(name);
  return deleted || isOutOfService(object) ? podsOnNode(informers, name).map(keyOf) : [];
}

const LOST = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' };

type PodCondition = corev1.PodCondition | undefined;

async function markFailed({ metadata, status }: corev1.Pod, condition: PodCondition, { client, clock }: ReconcileContext): Promise<void> {
  const observed = metadata.generation === undefined ? {} : { observedGeneration: metadata.generation };
  const next =
    condition &&
    setCondition(status?.conditions, { ...condition, ...observed }, formatTime(clock.now())).filter(({ type }) => type === condition.type);
  const patch = { metadata: { uid: metadata.uid }, status: { phase: 'Failed', ...observed, ...(next ? { conditions: next } : {}) } };
  // Its role allows patches only.
  await client.patch(Pod, metadata.name, metadata.namespace, 'strategic', patch, { subresource: 'status' });
}

/** Whether an administrator says that a node that is not ready will not come back (non-graceful node shutdown). */
function isOutOfService(node: corev1.Node | undefined): boolean {
  const isTainted = node?.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true;
  return isTainted && conditionOf(node?.status?.conditions, 'Ready')?.status !== 'True';
}

async function remove({ metadata }: corev1.Pod, { client }: ReconcileContext): Promise<void> {
  const options = { gracePeriodSeconds: 0, uid: metadata.uid };
  await client.delete(Pod, metadata.name, metadata.namespace, options).catch(ignoreNotFound);
}
