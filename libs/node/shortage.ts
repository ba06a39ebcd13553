import type { corev1 } from '#api';
import { parseQuantity, Quantity } from '#apimachinery';
import { isTerminalPhase, podRequests } from '#component-helpers';

/** Why a pod does not fit on its node (lifecycle/predicate.go InsufficientResourceError). */
export interface Shortage {
  /** OutOfcpu, OutOfmemory … */
  reason: string;
  message: string;
}

const amountOf = (resource: string, quantity: Quantity): number => (resource === 'cpu' ? quantity.milliValue() : quantity.value());

/** Why a pod does not fit beside the others of a node; undefined if it does. */
export function shortageOf(node: corev1.Node, pod: corev1.Pod, all: readonly corev1.Pod[]): Shortage | undefined {
  const { allocatable = {} } = node.status ?? {};
  const others = all.filter(({ metadata, status }) => metadata.uid !== pod.metadata.uid && !isTerminalPhase(status?.phase));
  const short = (resource: string, requested: number, used: number, capacity: number): Shortage => ({
    reason: `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  });
  const most = parseQuantity(allocatable.pods ?? '0').value();
  if (others.length + 1 > most) return short('pods', 1, others.length, most);
  const used = new Map<string, Quantity>();
  for (const other of others)
    for (const [resource, quantity] of podRequests(other, { useStatus: true })) {
      used.set(resource, used.get(resource)?.add(quantity) ?? quantity);
    }
  for (const [resource, quantity] of podRequests(pod)) {
    const capacity = allocatable[resource];
    // What a node does not have is looked after by others, e.g. extended resources of the whole cluster.
    if (quantity.isZero || capacity === undefined) continue;
    const [asked, taken, there] = [quantity, used.get(resource) ?? Quantity.of(0), parseQuantity(capacity)].map((each) =>
      amountOf(resource, each),
    ) as [number, number, number];
    if (asked + taken > there) return short(resource, asked, taken, there);
  }
  return undefined;
}
