import type { corev1 } from '#api';
import { parseQuantity, type Quantity } from '#apimachinery';

/** Only these resources determine the QoS class (pkg/apis/core/helper/qos). */
const COMPUTE = ['cpu', 'memory'] as const;

type Totals = Map<string, Quantity>;

/** Adds the positive amounts of `list` and returns for how many of cpu and memory there was one. */
function gather(totals: Totals, list: Record<string, string> | undefined): number {
  let found = 0;
  for (const name of COMPUTE) {
    const text = list?.[name];
    if (text === undefined) continue;
    const amount = parseQuantity(text);
    if (amount.sign <= 0) continue;
    found += 1;
    totals.set(name, totals.get(name)?.add(amount) ?? amount);
  }
  return found;
}

function classOf(requests: Totals, limits: Totals, everyLimit: boolean): string {
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  if (!everyLimit || requests.size !== limits.size) return 'Burstable';
  for (const [name, request] of requests) {
    const limit = limits.get(name);
    if (limit?.compare(request) !== 0) return 'Burstable';
  }
  return 'Guaranteed';
}

/**
 * A pod's QoS class: BestEffort, Burstable or Guaranteed (pkg/apis/core/helper/qos ComputePodQOS). Pod-level resources, if set, are the
 * only ones used; ephemeral containers are ignored.
 */
export function podQOS(spec: corev1.PodSpec): string {
  const requests: Totals = new Map();
  const limits: Totals = new Map();
  let everyLimit = true;
  const resources = spec.resources
    ? [spec.resources]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((container) => container.resources);
  for (const each of resources) {
    gather(requests, each?.requests);
    if (gather(limits, each?.limits) < COMPUTE.length && !(spec.resources && !each?.limits)) everyLimit = false;
  }
  return classOf(requests, limits, everyLimit);
}
