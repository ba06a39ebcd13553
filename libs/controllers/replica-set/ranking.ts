import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { isPodActive, isPodReady, podReadySince } from '#component-helpers';

/** Pods in a later phase are deleted later. */
export const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** A pod with everything that the order of deletion depends on, computed once. */
interface Ranked {
  pod: corev1.Pod;
  assigned: number;
  phase: number;
  ready: number;
  cost: number;
  /** Active pods of the same owner's ReplicaSets on the same node. */
  neighbours: number;
  readySince: Instant | undefined;
  restarts: number;
  created: Instant | undefined;
}

function deletionCost(pod: corev1.Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  return text !== undefined && /^-?(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : 0;
}

/** The restarts of the container that restarted most often. */
export function mostRestarts({ status }: corev1.Pod): number {
  return (status?.containerStatuses ?? []).reduce((most, { restartCount = 0 }) => Math.max(most, restartCount), 0);
}

/** Compares ages in powers of two, so that pods of about the same age are equal (LogarithmicScaleDown): negative if a is younger. */
function compareAges(a: Instant | undefined, b: Instant | undefined, now: Instant): number | undefined {
  if (a === b) return undefined;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const rank = (at: Instant): number => (now > at ? Math.floor(Math.log2((now - at) * 1e6)) : -1);
  return rank(a) - rank(b);
}

function compareUids(a: Ranked, b: Ranked): number {
  return (a.pod.metadata.uid ?? '') < (b.pod.metadata.uid ?? '') ? -1 : 1;
}

function compare(a: Ranked, b: Ranked, now: Instant): number {
  const plain = a.assigned - b.assigned || a.phase - b.phase || a.ready - b.ready || a.cost - b.cost || b.neighbours - a.neighbours;
  if (plain !== 0) return plain;
  if (a.ready === 1) {
    const ready = compareAges(a.readySince, b.readySince, now);
    if (ready !== undefined) return ready || compareUids(a, b);
  }
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  const created = compareAges(a.created, b.created, now);
  // A deterministic order where upstream has none: the order of the list differs in a process that has just read it.
  return created || compareUids(a, b);
}

/**
 * The `count` pods to delete: unassigned before assigned, pending before running, not ready before ready, low deletion cost, crowded nodes,
 * younger first (controller_utils.go ActivePodsWithRanks). `related` are the pods of all ReplicaSets of the same owner.
 */
export function podsToDelete(options: {
  pods: readonly corev1.Pod[];
  related: readonly corev1.Pod[];
  count: number;
  now: Instant;
}): corev1.Pod[] {
  const { pods, related, count, now } = options;
  if (count >= pods.length) return [...pods];
  const onNode = new Map<string, number>();
  for (const pod of related) {
    if (!isPodActive(pod)) continue;
    const node = pod.spec.nodeName ?? '';
    onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const ranked = pods.map(
    (pod): Ranked => ({
      pod,
      assigned: pod.spec.nodeName ? 1 : 0,
      phase: PHASE_ORDER[pod.status?.phase ?? 'Pending'] ?? 1,
      ready: isPodReady(pod) ? 1 : 0,
      cost: deletionCost(pod),
      neighbours: onNode.get(pod.spec.nodeName ?? '') ?? 0,
      readySince: podReadySince(pod),
      restarts: mostRestarts(pod),
      created: parseTime(pod.metadata.creationTimestamp ?? ''),
    }),
  );
  ranked.sort((a, b) => compare(a, b, now));
  return ranked.slice(0, count).map(({ pod }) => pod);
}
