import type { corev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import { podPriority, podQOS, podRequests, tolerationsTolerate, type UsedResource } from '#component-helpers';
import { bytesText, usageOf } from '../usage.js';

/** When a node runs out of something, and which of its pods has to go (kubelet/eviction). Pure. */

/** A resource of which less is available than its hard threshold. */
export interface Pressure {
  resource: UsedResource;
  threshold: number;
  available: number;
}

/** A pod that is evicted, and why. */
export interface Victim {
  pod: corev1.Pod;
  message: string;
  /** It is evicted for the sake of the node, not for what it does itself. */
  disrupted: boolean;
}

/** The lowest priority of system-cluster-critical (scheduling.SystemCriticalPriority). */
const CRITICAL = 2_000_000_000;
/** evictionHard of a kubelet without further configuration: memory.available, nodefs.available. */
const MEMORY_THRESHOLD = 100 * 1024 ** 2;
const DISK_THRESHOLD = 0.1;

/** Whether a pod shows a static one. */
export const isMirrorPod = ({ metadata }: corev1.Pod): boolean => metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

/** Critical pods are not evicted (IsCriticalPod). */
const isCritical = (pod: corev1.Pod): boolean => isMirrorPod(pod) || podPriority(pod) >= CRITICAL;

function runningContainers({ spec, status }: corev1.Pod): corev1.Container[] {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const running = new Set(statuses.filter(({ state }) => state?.running).map(({ name }) => name));
  return [...spec.containers, ...(spec.initContainers ?? [])].filter(({ name }) => running.has(name));
}

const podUsage = (pod: corev1.Pod, resource: UsedResource): number =>
  runningContainers(pod).reduce((sum, container) => sum + usageOf(pod, container, resource), 0);

/** The resources of which a node has too little, in the order in which they are reclaimed. */
export function pressuresOf(node: corev1.Node, pods: readonly corev1.Pod[], { diskFull = false } = {}): Pressure[] {
  return (['memory', 'ephemeral-storage'] as const).flatMap((resource) => {
    const capacity = parseQuantity(node.status?.capacity?.[resource] ?? '0').value();
    const threshold = resource === 'memory' ? MEMORY_THRESHOLD : Math.floor(capacity * DISK_THRESHOLD);
    const used = resource === 'ephemeral-storage' && diskFull ? capacity : pods.reduce((sum, pod) => sum + podUsage(pod, resource), 0);
    const available = Math.max(0, capacity - used);
    return capacity > 0 && available < threshold ? [{ resource, threshold, available }] : [];
  });
}

const requestOf = (pod: corev1.Pod, resource: UsedResource): number => podRequests(pod).get(resource)?.value() ?? 0;

/** Pods in the order of their eviction: those above their requests first, then by priority, then by usage above the requests. */
export function rankedFor(resource: UsedResource, pods: readonly corev1.Pod[]): corev1.Pod[] {
  const ranked = pods.map((pod) => {
    const above = podUsage(pod, resource) - requestOf(pod, resource);
    return { pod, above, exceeds: above > 0 ? 0 : 1, priority: podPriority(pod) };
  });
  ranked.sort((a, b) => a.exceeds - b.exceeds || a.priority - b.priority || b.above - a.above);
  return ranked.map(({ pod }) => pod);
}

/** What a pod that is evicted says. */
export function evictionMessage(pod: corev1.Pod, { resource, threshold, available }: Pressure): string {
  const low = `The node was low on resource: ${resource}. Threshold quantity: ${bytesText(threshold)}, available: ${bytesText(available)}. `;
  const blamed = runningContainers(pod).map((container) => {
    const usage = usageOf(pod, container, resource);
    const request = container.resources?.requests?.[resource] ?? '0';
    if (usage <= parseQuantity(request).value()) return '';
    return `Container ${container.name} was using ${bytesText(usage)}, request is ${parseQuantity(request)}, has larger consumption of ${resource}. `;
  });
  return low + blamed.join('');
}

/** Pods that exceed their own limits of local storage (localStorageEviction). */
function overLimit(pod: corev1.Pod): string | undefined {
  for (const container of runningContainers(pod)) {
    const limit = container.resources?.limits?.['ephemeral-storage'];
    if (limit !== undefined && usageOf(pod, container, 'ephemeral-storage') > parseQuantity(limit).value())
      return `Container ${container.name} exceeded its local ephemeral storage limit "${limit}". `;
  }
  return undefined;
}

/** The pods that are evicted now: all that exceed their own limits, otherwise one for the sake of the node. */
export function victimsOf(pods: readonly corev1.Pod[], pressures: readonly Pressure[]): Victim[] {
  const active = pods.filter((pod) => !isCritical(pod) && runningContainers(pod).length > 0);
  const own = active.flatMap((pod) => {
    const message = overLimit(pod);
    return message === undefined ? [] : [{ pod, message, disrupted: false }];
  });
  const [pressure] = pressures;
  if (own.length > 0 || !pressure) return own;
  const [pod] = rankedFor(pressure.resource, active);
  return pod ? [{ pod, message: evictionMessage(pod, pressure), disrupted: true }] : [];
}

/** Why a node under pressure does not admit a pod (eviction_manager.go Admit); undefined if it does. */
export function refusalOf({ status }: corev1.Node, pod: corev1.Pod): { reason: string; message: string } | undefined {
  const met = (status?.conditions ?? [])
    .filter(({ type, status: is }) => is === 'True' && /^(Memory|Disk|PID)Pressure$/.test(type))
    .map(({ type }) => type);
  if (met.length === 0 || isCritical(pod)) return undefined;
  if (met.length === 1 && met[0] === 'MemoryPressure') {
    const taint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' };
    if (podQOS(pod.spec) !== 'BestEffort' || tolerationsTolerate(pod.spec.tolerations ?? [], taint)) return undefined;
  }
  return { reason: 'Evicted', message: `The node had condition: [${met.join(' ')}]. ` };
}
