import type { corev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import { isExtendedResource } from '#component-helpers';
import { healthyDevices, type PluginState } from './plugin-states.js';

/** Which devices of a node's plugins the containers of its pods have (kubelet/cm/devicemanager manager.go, pod_devices.go). */

/** Ids by resource, by container. */
export type Allocation = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

const isSidecar = ({ restartPolicy }: corev1.Container): boolean => restartPolicy === 'Always';

/** Whether a pod asks for resources that device plugins may have. */
export const asksForDevices = ({ spec }: corev1.Pod): boolean =>
  [...(spec.initContainers ?? []), ...spec.containers].some(({ resources }) =>
    Object.keys(resources?.limits ?? {}).some(isExtendedResource),
  );

/** Whether devices of resource claims stand for a resource of a container (isDRAExtendedResource). */
const isClaimed = ({ status }: corev1.Pod, container: string, resource: string): boolean =>
  status?.extendedResourceClaimStatus?.requestMappings?.some(
    ({ containerName, resourceName }) => containerName === container && resourceName === resource,
  ) === true;

/**
 * The devices that a pod's containers get, or why it gets none. Those of an init container are given to the next ones. Resources without a plugin
 * are not looked at. Pure.
 */
export function allocateDevices(
  pod: corev1.Pod,
  plugins: ReadonlyMap<string, PluginState>,
  isTaken: (resource: string, id: string) => boolean,
): Allocation | { error: string } {
  const allocation = new Map<string, Map<string, readonly string[]>>();
  const own = new Set<string>();
  const reusable = new Set<string>();
  const { initContainers = [], containers } = pod.spec;
  for (const container of [...initContainers, ...containers]) {
    const given = new Map<string, readonly string[]>();
    for (const [resource, amount] of Object.entries(container.resources?.limits ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const state = plugins.get(resource);
      const wanted = parseQuantity(amount).value();
      if (!state || wanted === 0 || isClaimed(pod, container.name, resource)) continue;
      const healthy = healthyDevices(state);
      if (healthy.length === 0) return { error: `no healthy devices present; cannot allocate unhealthy devices ${resource}` };
      const again = state.devices.map(({ id }) => id).filter((id) => reusable.has(`${resource} ${id}`));
      const needed = Math.max(0, wanted - again.length);
      const available = healthy.filter((id) => !own.has(`${resource} ${id}`) && !isTaken(resource, id));
      if (available.length < needed)
        return { error: `requested number of devices unavailable for ${resource}. Requested: ${needed}, Available: ${available.length}` };
      given.set(resource, [...again.slice(0, wanted), ...available.slice(0, needed)]);
    }
    const isInit = initContainers.includes(container) && !isSidecar(container);
    for (const [resource, ids] of given)
      for (const key of ids.map((id) => `${resource} ${id}`)) {
        own.add(key);
        if (isInit) reusable.add(key);
        else reusable.delete(key);
      }
    if (given.size > 0) allocation.set(container.name, given);
  }
  return allocation;
}

/** The allocation that a pod's status tells of. */
function toldBy({ status }: corev1.Pod): Allocation {
  const allocation = new Map<string, Map<string, readonly string[]>>();
  for (const { name, allocatedResourcesStatus = [] } of status?.containerStatuses ?? [])
    for (const { name: resource, resources = [] } of allocatedResourcesStatus) {
      if (!isExtendedResource(resource)) continue;
      const given = allocation.get(name) ?? new Map<string, readonly string[]>();
      allocation.set(
        name,
        given.set(
          resource,
          resources.map(({ resourceID }) => resourceID),
        ),
      );
    }
  return allocation;
}

/** The devices of one node that its pods have. Only in memory: rebuilt from the status of the pods. */
export class DeviceAllocations {
  private readonly pods = new Map<string, Allocation>();

  /** Restores what the status of a pod tells. */
  learn(pod: corev1.Pod): void {
    const told = toldBy(pod);
    if (told.size > 0) this.pods.set(pod.metadata.uid ?? '', told);
  }

  release(uid: string): void {
    this.pods.delete(uid);
  }

  of(uid: string): Allocation | undefined {
    return this.pods.get(uid);
  }

  /** Gives a pod its devices; returns why it gets none. */
  allocate(pod: corev1.Pod, plugins: ReadonlyMap<string, PluginState>): string | undefined {
    const { uid = '' } = pod.metadata;
    if (this.pods.has(uid)) return undefined;
    const taken = new Set<string>();
    for (const allocation of this.pods.values())
      for (const given of allocation.values()) for (const [resource, ids] of given) for (const id of ids) taken.add(`${resource} ${id}`);
    const found = allocateDevices(pod, plugins, (resource, id) => taken.has(`${resource} ${id}`));
    if ('error' in found) return found.error;
    if (found.size > 0) this.pods.set(uid, found);
    return undefined;
  }
}

/** The devices of one pod's containers that plugins have given, as its kubelet asks for them. */
export interface GivenByPlugins {
  /** Gives them away; why the pod is not admitted, if it gets none. */
  admissionError(): string | undefined;
  /** The health of those of a container (UpdateAllocatedResourcesStatus); undefined if it has none. */
  health(container: string): corev1.ResourceStatus[] | undefined;
}

/** What a pod has of the devices of its node's plugins; undefined if it asks for none. */
export function givenByPlugins(
  pod: corev1.Pod,
  { allocations, plugins }: { allocations: DeviceAllocations; plugins(): ReadonlyMap<string, PluginState> },
): GivenByPlugins | undefined {
  if (!asksForDevices(pod)) return undefined;
  const { uid = '' } = pod.metadata;
  return {
    admissionError: () => allocations.allocate(pod, plugins()),
    health(container) {
      const given = allocations.of(uid)?.get(container);
      if (!given) return undefined;
      const states = plugins();
      // Of a device that its plugin does not report any more the last is taken for granted.
      const isHealthy = (resource: string, id: string) =>
        states.get(resource)?.devices.find((device) => device.id === id)?.healthy !== false;
      return [...given].map(([name, ids]) => ({
        name,
        resources: ids.map((resourceID) => ({ resourceID, health: isHealthy(name, resourceID) ? 'Healthy' : 'Unhealthy' })),
      }));
    },
  };
}
