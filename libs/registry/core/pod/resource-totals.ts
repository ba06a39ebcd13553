import type { corev1 } from '#api';
import { parseQuantity, type Quantity } from '#apimachinery';
import { isHugePageName } from '../resource-names.js';
import { isSidecar } from './containers.js';

type Totals = Map<string, Quantity>;

/** Resources that can be set for a pod as a whole: cpu, memory and huge pages. */
export const isPodLevelResource = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePageName(name);

function add(totals: Totals, amounts: Iterable<readonly [string, Quantity]>): void {
  for (const [name, amount] of amounts) totals.set(name, totals.get(name)?.add(amount) ?? amount);
}

function atLeast(totals: Totals, amounts: Totals): void {
  for (const [name, amount] of amounts) {
    const present = totals.get(name);
    if (!present || amount.compare(present) > 0) totals.set(name, amount);
  }
}

/**
 * The peak of all containers of a pod: the sum of the regular ones and sidecars, but at least what any init container needs together with
 * the sidecars before it (component-helpers/resource AggregateContainerRequests).
 */
function aggregate(spec: corev1.PodSpec, list: 'requests' | 'limits'): Totals {
  const amountsOf = (container: corev1.Container): Array<readonly [string, Quantity]> =>
    Object.entries(container.resources?.[list] ?? {}).map(([name, text]) => [name, parseQuantity(text)] as const);
  const totals: Totals = new Map();
  const sidecars: Totals = new Map();
  const init: Totals = new Map();
  for (const container of spec.containers ?? []) add(totals, amountsOf(container));
  for (const container of spec.initContainers ?? []) {
    const needed: Totals = new Map();
    add(needed, amountsOf(container));
    if (isSidecar(container)) {
      add(totals, needed);
      add(sidecars, needed);
      atLeast(init, sidecars);
    } else {
      add(needed, sidecars);
      atLeast(init, needed);
    }
  }
  atLeast(totals, init);
  return totals;
}

/** The total requests of a pod's containers. */
export const aggregateRequests = (spec: corev1.PodSpec): ReadonlyMap<string, Quantity> => aggregate(spec, 'requests');

/** The total limits of a pod's containers. */
export const aggregateLimits = (spec: corev1.PodSpec): ReadonlyMap<string, Quantity> => aggregate(spec, 'limits');
