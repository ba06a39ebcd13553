import type { corev1 } from '#api';
import { isQuantity, parseQuantity, Quantity } from '#apimachinery';
import { isExtendedResource } from '#component-helpers';
import type { PluginResource } from './devices/plugin-states.js';
import { evictionSettings } from './eviction/thresholds.js';

/** What of a node pods may use, by the configuration of its kubelet (kubelet/cm GetNodeAllocatableReservation, nodestatus MachineInfo). */

type Configuration = Readonly<Record<string, unknown>>;
export type Resources = Record<string, string>;

/** The keys of a KubeletConfiguration that say it. */
const KEYS = ['maxPods', 'podsPerCore', 'kubeReserved', 'systemReserved', 'evictionHard'] as const;
const LONGEST = 32;

/** Whether a configuration says anything about it. */
export const saysAllocatable = (configuration: Configuration): boolean => KEYS.some((key) => configuration[key] !== undefined);

/** What is reserved of a resource by one of the lists. */
function reserved(list: unknown, resource: string): Quantity {
  const amount =
    typeof list === 'object' && list !== null && Object.hasOwn(list, resource) ? (list as Record<string, unknown>)[resource] : 0;
  const text = String(amount);
  return text.length <= LONGEST && isQuantity(text) ? parseQuantity(text) : Quantity.of(0);
}

const whole = (value: unknown): number | undefined => (Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined);

function podsOf({ cpu = '0', pods = '110' }: Resources, { maxPods, podsPerCore }: Configuration): string {
  const most = whole(maxPods) ?? parseQuantity(pods).value();
  const perCore = whole(podsPerCore);
  return String(perCore === undefined ? most : Math.min(most, perCore * Math.floor(parseQuantity(cpu).value())));
}

/** The capacity of a node, and what pods may use of it. Pure. */
export function allocatableBy(
  { capacity: given = {} }: Pick<corev1.NodeStatus, 'capacity'>,
  configuration: Configuration,
): { capacity: Resources; allocatable: Resources } {
  const capacity = { ...given, pods: podsOf(given, configuration) };
  const { thresholds } = evictionSettings(configuration);
  const allocatable = Object.entries(capacity).map(([resource, amount]): [string, string] => {
    const total = parseQuantity(amount);
    const hard = thresholds.find((threshold) => threshold.resource === resource && threshold.grace === undefined);
    const kept = reserved(configuration.kubeReserved, resource).add(reserved(configuration.systemReserved, resource));
    const all = hard ? kept.add(Quantity.of(hard.value(total.value()))) : kept;
    if (all.isZero) return [resource, amount];
    const rest = total.sub(all);
    return [resource, rest.sign < 0 ? '0' : rest.toString()];
  });
  return { capacity, allocatable: Object.fromEntries(allocatable) };
}

/**
 * The same with the extended resources of a node: what device plugins have registered, and what somebody has written into its capacity, all of which
 * pods may use; those that are in the capacity no more go (nodestatus/setters.go MachineInfo). Pure.
 */
export function withExtended(
  { capacity, allocatable }: { capacity: Resources; allocatable: Resources },
  plugins: readonly PluginResource[],
): { capacity: Resources; allocatable: Resources } {
  const result = { capacity: { ...capacity }, allocatable: { ...allocatable } };
  for (const resource of Object.keys(allocatable))
    if (isExtendedResource(resource) && !Object.hasOwn(capacity, resource)) delete result.allocatable[resource];
  for (const [resource, amount] of Object.entries(capacity)) if (isExtendedResource(resource)) result.allocatable[resource] = amount;
  for (const { resource, capacity: all, allocatable: usable } of plugins) {
    result.capacity[resource] = String(all);
    result.allocatable[resource] = String(usable);
  }
  return result;
}
