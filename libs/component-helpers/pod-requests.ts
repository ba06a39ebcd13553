import type { corev1 } from '#api';
import { parseQuantity, type Quantity } from '#apimachinery';

/** Quantities by resource. */
export type ResourceList = ReadonlyMap<string, Quantity>;

/** What is included. */
export interface PodResourcesOptions {
  /** Without `spec.overhead`. */
  excludeOverhead?: boolean;
  /** The assumed request of a container that has none for the resource. */
  nonMissing?: ResourceList;
  /** A container counts what it was allocated and has in use as well, while a resize is under way (UseStatusResources). */
  useStatus?: boolean;
}

type Sum = Map<string, Quantity>;
type Part = 'requests' | 'limits';

/** Resources that can be requested for a pod as a whole (IsSupportedPodLevelResource). */
export function isPodLevelResource(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-');
}

function listOf(quantities: Readonly<Record<string, string>> = {}): Sum {
  return new Map(Object.entries(quantities).map(([resource, text]) => [resource, parseQuantity(text)]));
}

function add(sum: Sum, more: ResourceList): void {
  for (const [resource, quantity] of more) sum.set(resource, sum.get(resource)?.add(quantity) ?? quantity);
}

function raise(sum: Sum, least: ResourceList): void {
  for (const [resource, quantity] of least) if ((sum.get(resource)?.compare(quantity) ?? -1) < 0) sum.set(resource, quantity);
}

/** What containers have according to their statuses; the one resize that is known to be infeasible does not count. */
function statusAmounts({ spec, status }: corev1.Pod, part: Part): (container: corev1.Container) => Sum {
  const statuses = new Map(
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((each) => [each.name, each]),
  );
  const initial = new Set(spec.initContainers);
  const infeasible = status?.conditions?.find(({ type }) => type === 'PodResizePending')?.reason === 'Infeasible';
  return (container) => {
    const own = listOf(container.resources?.[part]);
    const found = statuses.get(container.name);
    if (found?.resources === undefined || (initial.has(container) && container.restartPolicy !== 'Always')) return own;
    const effective: Sum = infeasible ? new Map() : own;
    raise(effective, listOf(found.resources[part]));
    if (part === 'requests') raise(effective, listOf(found.allocatedResources));
    return effective;
  };
}

/**
 * The sum of the regular containers; init containers run one after the other, sidecars together with all that follow
 * (AggregateContainerRequests).
 */
function containersSum(pod: corev1.Pod, part: Part, { nonMissing, useStatus }: PodResourcesOptions): Sum {
  const { containers, initContainers = [] } = pod.spec;
  const amounts = useStatus ? statusAmounts(pod, part) : ({ resources }: corev1.Container) => listOf(resources?.[part]);
  const of = (container: corev1.Container): Sum => {
    const own = amounts(container);
    for (const [resource, quantity] of nonMissing ?? []) if (!own.has(resource)) own.set(resource, quantity);
    return own;
  };
  const total: Sum = new Map();
  for (const container of containers) add(total, of(container));
  const sidecars: Sum = new Map();
  const peak: Sum = new Map();
  for (const container of initContainers) {
    const own = of(container);
    if (container.restartPolicy === 'Always') {
      add(total, own);
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      add(own, sidecars);
      raise(peak, own);
    }
  }
  raise(total, peak);
  return total;
}

function podSum(pod: corev1.Pod, part: Part, options: PodResourcesOptions): Sum {
  const total = containersSum(pod, part, options);
  for (const [resource, quantity] of listOf(pod.spec.resources?.[part])) if (isPodLevelResource(resource)) total.set(resource, quantity);
  return total;
}

/** The requests of a pod: of its containers or of the pod as a whole, plus its overhead (component-helpers/resource PodRequests). */
export function podRequests(pod: corev1.Pod, options: PodResourcesOptions = {}): ResourceList {
  const total = podSum(pod, 'requests', options);
  if (!options.excludeOverhead) add(total, listOf(pod.spec.overhead));
  return total;
}

/** The limits of a pod; overhead is added where there is a limit (PodLimits). */
export function podLimits(pod: corev1.Pod, options: PodResourcesOptions = {}): ResourceList {
  const total = podSum(pod, 'limits', options);
  if (options.excludeOverhead) return total;
  for (const [resource, quantity] of listOf(pod.spec.overhead)) {
    const limit = total.get(resource);
    if (limit && limit.toNumber() !== 0) total.set(resource, limit.add(quantity));
  }
  return total;
}

/** In the form used in objects. */
export function resourceListTexts(list: ResourceList): Record<string, string> {
  return Object.fromEntries([...list].map(([resource, quantity]) => [resource, quantity.toString()]));
}
