import {
  ConfigMap,
  type corev1,
  EndpointSlice,
  PersistentVolume,
  PersistentVolumeClaim,
  type Resource,
  ResourceClaim,
  RuntimeClass,
  Secret,
  Service,
} from '#api';
import { podsOnNode } from '#client';
import { isTerminalPhase } from '#component-helpers';
import type { ClusterContext, Faults, Informers } from '#controller-runtime';
import { givenByPlugins } from './devices/allocation.js';
import type { DevicePlugins } from './devices/plugin-states.js';
import { podDevices } from './devices/pod-devices.js';
import { isMirrorPod, refusalOf } from './eviction/pressure.js';
import type { NodeMemory } from './node-memory.js';
import type { PodWorld } from './pod/world.js';
import { shortageOf } from './shortage.js';
import { volumeTroubles } from './volumes/mounts.js';
import { serverState } from './volumes/server-state.js';

/** The kinds of what pods refer to. */
export const REFERRED: readonly Resource[] = [
  ConfigMap,
  Secret,
  Service,
  EndpointSlice,
  PersistentVolumeClaim,
  PersistentVolume,
  ResourceClaim,
  RuntimeClass,
];

/** The host IPs in the status of a node's pods: the first address, and the first of the other family (GetNodeHostIPs). */
function hostIPs(node: corev1.Node): string[] {
  const internal = (node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP');
  const [primary] = internal;
  if (!primary) return [];
  const isV6 = (address: string): boolean => address.includes(':');
  const secondary = internal.find(({ address }) => isV6(address) !== isV6(primary.address));
  return secondary ? [primary.address, secondary.address] : [primary.address];
}

/** What is wrong with the process of a static pod. */
function processFaults(faults: Faults, { spec }: corev1.Pod, node: string): Pick<PodWorld, 'crash' | 'hang'> {
  const component = spec.containers[0]?.name ?? '';
  return { crash: faults.crash(component, node), hang: faults.hang(component, node) };
}

function missingRuntime({ spec }: corev1.Pod, { status }: corev1.Node, informers: Informers): string | undefined {
  const handler = spec?.runtimeClassName ? informers.of(RuntimeClass).get(spec.runtimeClassName)?.handler : undefined;
  return handler === undefined || status?.runtimeHandlers?.some(({ name }) => name === handler) ? undefined : handler;
}

/** nodeshutdown_manager.go Admit. */
const SHUTTING_DOWN = { reason: 'NodeShutdown', message: 'Pod was rejected as the node is shutting down.' };

/** What a pod finds on its node and in its cluster. */
export function worldOf(
  { informers, profile, faults, manifests, clock }: ClusterContext,
  { pod, node, memory, plugins }: { pod: corev1.Pod; node: corev1.Node; memory: NodeMemory; plugins: DevicePlugins },
): Omit<PodWorld, 'memory' | 'processes'> {
  const { namespace = '', uid = '' } = pod.metadata;
  const neighbours = () => podsOnNode(informers, node.metadata.name);
  return {
    hostIPs: hostIPs(node),
    podIP: pod.spec?.hostNetwork || isTerminalPhase(pod.status?.phase) ? undefined : memory.addressFor(uid),
    profile,
    boot: faults.boot(node.metadata.name),
    hasImage: (reference) => memory.hasImage(reference),
    configMap: (name) => informers.of(ConfigMap).get(name, namespace),
    secret: (name) => informers.of(Secret).get(name, namespace),
    claim: (name) => informers.of(PersistentVolumeClaim).get(name, namespace),
    persistentVolume: (name) => informers.of(PersistentVolume).get(name),
    machine: () => ({
      configuration: manifests.configuration(node.metadata.name),
      file: (path) => manifests.file(node.metadata.name, path),
      filesIn: (directory) => manifests.filesIn(node.metadata.name, directory),
    }),
    pathKind: (path) => memory.pathKind(path),
    server: (host, port) => serverState(informers, host, port),
    volumes: () => volumeTroubles({ pod, node, informers, neighbours }),
    missingRuntime: () => missingRuntime(pod, node, informers),
    pluginDevices: givenByPlugins(pod, {
      allocations: memory.devices,
      plugins: () => plugins.of(node, neighbours(), clock.now()),
    }),
    devices: () => podDevices(pod, { node, informers, neighbours }),
    ...(isMirrorPod(pod) ? processFaults(faults, pod, node.metadata.name) : {}),
    pullFault: (reference) => faults.pull(node.metadata.name, reference),
    refusal: refusalOf(node, pod) ?? (faults.shutdown(node.metadata.name) ? SHUTTING_DOWN : undefined),
    shortage: (wanted) => shortageOf(node, wanted, neighbours()),
  };
}
