import type { corev1 } from '#api';

/** The taints that the node lifecycle controller sets (node_lifecycle_controller.go). */

type Taint = corev1.Taint;

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** The taint for each status of a condition. */
const BY_CONDITION = new Map<string, Readonly<Record<string, string>>>([
  ['Ready', { False: NOT_READY, Unknown: UNREACHABLE }],
  ['MemoryPressure', { True: 'node.kubernetes.io/memory-pressure' }],
  ['DiskPressure', { True: 'node.kubernetes.io/disk-pressure' }],
  ['NetworkUnavailable', { True: 'node.kubernetes.io/network-unavailable' }],
  ['PIDPressure', { True: 'node.kubernetes.io/pid-pressure' }],
]);

/** The keys of the NoSchedule taints that only this controller sets. */
const OWNED = new Set([UNSCHEDULABLE, ...[...BY_CONDITION.values()].flatMap((keys) => Object.values(keys))]);

const isSame = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;

const has = (taints: readonly Taint[], taint: Taint): boolean => taints.some((each) => isSame(each, taint));

/** The taints of a node without some, and with others as of `time` (SwapNodeControllerTaint). */
function swapped(taints: readonly Taint[], { add, remove }: { add: readonly Taint[]; remove: readonly Taint[] }, time: string): Taint[] {
  const added = add.map((taint) => ({ ...taint, timeAdded: time }));
  const kept = taints.filter((taint) => !has(remove, taint)).map((taint) => added.find((each) => isSame(each, taint)) ?? taint);
  return [...kept, ...added.filter((taint) => !has(taints, taint))];
}

/**
 * The taints of a node with the NoSchedule taints that its conditions and its spec ask for; undefined if it has just these
 * (doNoScheduleTaintingPass). `time` is now, as metav1.Time.
 */
export function withConditionTaints({ spec, status }: corev1.Node, time: string): Taint[] | undefined {
  const taints = spec?.taints ?? [];
  const keys = (status?.conditions ?? []).flatMap((condition) => BY_CONDITION.get(condition.type)?.[condition.status] ?? []);
  const wanted = [...keys, ...(spec?.unschedulable ? [UNSCHEDULABLE] : [])].map((key) => ({ key, effect: 'NoSchedule' }));
  const present = taints.filter(({ key, effect }) => effect === 'NoSchedule' && OWNED.has(key));
  const add = wanted.filter((taint) => !has(present, taint));
  const remove = present.filter((taint) => !has(wanted, taint));
  return add.length === 0 && remove.length === 0 ? undefined : swapped(taints, { add, remove }, time);
}

const noExecute = (key: string): Taint => ({ key, effect: 'NoExecute' });

/** The NoExecute taint for a status of the Ready condition, and the other one; undefined for a ready node. */
function evictionTaints(ready: string | undefined): { own: Taint; opposite: Taint } | undefined {
  if (ready === 'False') return { own: noExecute(NOT_READY), opposite: noExecute(UNREACHABLE) };
  if (ready === 'Unknown') return { own: noExecute(UNREACHABLE), opposite: noExecute(NOT_READY) };
  return undefined;
}

/** What is to be done about the NoExecute taints of a node. */
export type EvictionTaints =
  /** Nothing. */
  | { step: 'none' }
  /** The node is to be tainted when the rate of its zone allows. */
  | { step: 'queue'; taints: Taint[] }
  /** The taints are to be changed at once. */
  | { step: 'now'; taints: Taint[] };

/**
 * The change of NoExecute taints that the Ready condition asks for. Only a node that has neither taint waits for its turn
 * (processTaintBaseEviction, markNodeAsReachable).
 */
export function planEvictionTaints(node: corev1.Node, ready: string | undefined, time: string): EvictionTaints {
  const taints = node.spec?.taints ?? [];
  const wanted = evictionTaints(ready);
  if (wanted === undefined) {
    const reachable = withoutEvictionTaints(node);
    return reachable ? { step: 'now', taints: reachable } : { step: 'none' };
  }
  const { own, opposite } = wanted;
  if (has(taints, own) && !has(taints, opposite)) return { step: 'none' };
  const next = swapped(taints, { add: has(taints, own) ? [] : [own], remove: [opposite] }, time);
  return { step: has(taints, opposite) ? 'now' : 'queue', taints: next };
}

/** The taints of a node without those NoExecute taints; undefined if it has none (markNodeAsReachable). */
export function withoutEvictionTaints({ spec }: corev1.Node): Taint[] | undefined {
  const taints = spec?.taints ?? [];
  const remove = [noExecute(UNREACHABLE), noExecute(NOT_READY)];
  const kept = taints.filter((taint) => !has(remove, taint));
  return kept.length === taints.length ? undefined : kept;
}
