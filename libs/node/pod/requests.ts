import type { corev1 } from '#api';
import { parseQuantity, type Quantity } from '#apimachinery';

type Amounts = Map<string, Quantity>;

const requestsOf = ({ resources }: { resources?: corev1.ResourceRequirements }): Amounts =>
  new Map(Object.entries(resources?.requests ?? {}).map(([name, text]) => [name, parseQuantity(text)]));

function add(total: Amounts, more: Amounts): void {
  for (const [name, amount] of more) total.set(name, total.get(name)?.add(amount) ?? amount);
}

function raise(total: Amounts, least: Amounts): void {
  for (const [name, amount] of least) if ((total.get(name)?.compare(amount) ?? -1) < 0) total.set(name, amount);
}

function copyPlus(a: Amounts, b: Amounts): Amounts {
  const sum = new Map(a);
  add(sum, b);
  return sum;
}

/** What the containers of a pod ask for together: sidecars run beside everything that comes after them (AggregateContainerRequests). */
function containerRequests(spec: corev1.PodSpec): Amounts {
  const total: Amounts = new Map();
  for (const container of spec.containers) add(total, requestsOf(container));
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = requestsOf(container);
    if (container.restartPolicy === 'Always') {
      add(total, own);
      add(sidecars, own);
      raise(peak, sidecars);
    } else raise(peak, copyPlus(sidecars, own));
  }
  raise(total, peak);
  return total;
}

/** status.allocatedResources: the pod's requests with what it states as a whole, and its overhead; undefined for none (PodRequests). */
export function allocatedResources({ spec }: corev1.Pod): Record<string, string> | undefined {
  if (!spec) return undefined;
  const total = containerRequests(spec);
  for (const [name, amount] of requestsOf(spec)) total.set(name, amount);
  if (spec.overhead) add(total, requestsOf({ resources: { requests: spec.overhead } }));
  return total.size === 0 ? undefined : Object.fromEntries([...total].map(([name, amount]) => [name, amount.toString()]));
}
