import type { corev1 } from '#api';
import { type Instant, parseQuantity } from '#apimachinery';
import { isPodReady } from '#component-helpers';
import { devicePluginIn, PLUGIN_RESOURCES, type PluginDevice } from './device-plugin.js';

/** A resource that a device plugin has registered on a node. */
export interface PluginState {
  readonly devices: readonly PluginDevice[];
  /** Since when its plugin is gone. */
  readonly stoppedAt?: Instant;
}

/** What a Node's status says of such a resource. */
export interface PluginResource {
  readonly resource: string;
  readonly capacity: number;
  readonly allocatable: number;
}

/** How long the kubelet keeps the devices of a plugin that is gone (devicemanager endpointStopGracePeriod). */
const STOP_GRACE = 300_000;

/** The devices of a resource that can be given away: none while its plugin is gone. */
export const healthyDevices = ({ devices, stoppedAt }: PluginState): string[] =>
  stoppedAt === undefined ? devices.filter(({ healthy }) => healthy).map(({ id }) => id) : [];

/** The resources that device plugins have registered, on all nodes of a cluster. Only in memory: rebuilt from the pods and the status of a Node. */
export class DevicePlugins {
  private readonly nodes = new Map<string, Map<string, PluginState>>();
  private readonly listeners: Array<(node: string) => void> = [];

  onChange(listener: (node: string) => void): void {
    this.listeners.push(listener);
  }

  /** The devices of a node have changed. */
  changed(node: string): void {
    for (const listener of this.listeners) listener(node);
  }

  /** The resources of a node by name, as of now, given all pods there. */
  of(node: corev1.Node, pods: readonly corev1.Pod[], now: Instant): ReadonlyMap<string, PluginState> {
    const { name } = node.metadata;
    const known = this.nodes.get(name) ?? formerly(node, now);
    this.nodes.set(name, known);
    const connected = pods.filter(isPodReady).flatMap((pod) => devicePluginIn(pod, node) ?? []);
    for (const [resource, state] of known)
      if (!connected.some((plugin) => plugin.resource === resource)) {
        if (state.stoppedAt === undefined) known.set(resource, { ...state, stoppedAt: now });
        else if (state.stoppedAt + STOP_GRACE <= now) known.delete(resource);
      }
    for (const { resource, devices } of connected) known.set(resource, { devices });
    return known;
  }

  /** What the status of a node is to say of them, and when that changes by itself. */
  reported(node: corev1.Node, pods: readonly corev1.Pod[], now: Instant): { resources: PluginResource[]; next: Instant | undefined } {
    const before = [...(this.nodes.get(node.metadata.name)?.keys() ?? [])];
    const states = this.of(node, pods, now);
    const gone = before.filter((resource) => !states.has(resource)).map((resource) => ({ resource, capacity: 0, allocatable: 0 }));
    const there = [...states].map(([resource, state]) => ({
      resource,
      capacity: state.devices.length,
      allocatable: healthyDevices(state).length,
    }));
    const ends = [...states.values()].flatMap(({ stoppedAt }) => (stoppedAt === undefined ? [] : [stoppedAt + STOP_GRACE]));
    return { resources: [...there, ...gone], next: ends.length > 0 ? Math.min(...ends) : undefined };
  }
}

/** What a kubelet finds of plugins that are not connected any more: it has reported devices that nobody can have. */
function formerly({ status }: corev1.Node, now: Instant): Map<string, PluginState> {
  const found = new Map<string, PluginState>();
  for (const resource of PLUGIN_RESOURCES) {
    const [capacity = '0', allocatable] = [status?.capacity?.[resource], status?.allocatable?.[resource]];
    const isLeft = allocatable !== undefined && parseQuantity(allocatable).isZero && !parseQuantity(capacity).isZero;
    if (isLeft) found.set(resource, { devices: [], stoppedAt: now });
  }
  return found;
}
