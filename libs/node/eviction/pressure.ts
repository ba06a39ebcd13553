import type { corev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import { podLimits, podPriority, podQOS, podRequests, tolerationsTolerate } from '#component-helpers';
import { STORAGE_MESSAGES } from '../runtime/storage-limits.js';
import { bytesText, usageOf } from '../usage.js';
import type { Threshold, WatchedResource } from './thresholds.js';

/** When a node runs out of something, and which of its pods has to go (kubelet/eviction). Pure. */

/** A resource of which less is available than a threshold. */
export interface Pressure {
  resource: WatchedResource;
  threshold: number;
  available: number;
  /** How long it may last before pods are evicted; unset: at once. */
  grace?: number;
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
/** Processes that a node can have (kernel.pid_max). */
const MOST_PROCESSES = 32_768;

/** Whether a pod shows a static one. */
export const isMirrorPod = ({ metadata }: corev1.Pod): boolean => metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

/** Critical pods are not evicted (IsCriticalPod). */
const isCritical = (pod: corev1.Pod): boolean => isMirrorPod(pod) || podPriority(pod) >= CRITICAL;

function runningContainers({ spec, status }: corev1.Pod): corev1.Container[] {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const running = new Set(statuses.filter(({ state }) => state?.running).map(({ name }) => name));
  return [...spec.containers, ...(spec.initContainers ?? [])].filter(({ name }) => running.has(name));
}

const podUsage = (pod: corev1.Pod, resource: WatchedResource): number =>
  runningContainers(pod).reduce((sum, container) => sum + usageOf(pod, container, resource), 0);

/** What is known besides the pods of a node. */
export interface Watching {
  thresholds: readonly Threshold[];
  /** How many processes each pod may have. */
  podPidsLimit?: number | undefined;
  /** Its disk is full, whatever its pods use. */
  diskFull?: boolean;
  /** Whether pods are being evicted because of a threshold: then it is met until enough was reclaimed. */
  isReclaiming?(resource: WatchedResource): boolean;
}

/** The resources of which a node has too little, in the order in which they are reclaimed. */
export function pressuresOf(node: corev1.Node, pods: readonly corev1.Pod[], watching: Watching): Pressure[] {
  const { thresholds, podPidsLimit, diskFull = false, isReclaiming = () => false } = watching;
  const usage = (pod: corev1.Pod, resource: WatchedResource): number =>
    Math.min(podUsage(pod, resource), (resource === 'pids' && podPidsLimit) || Number.POSITIVE_INFINITY);
  return thresholds.flatMap(({ resource, value, grace, reclaim }) => {
    const capacity = resource === 'pids' ? MOST_PROCESSES : parseQuantity(node.status?.capacity?.[resource] ?? '0').value();
    const threshold = value(capacity);
    const used = resource === 'ephemeral-storage' && diskFull ? capacity : pods.reduce((sum, pod) => sum + usage(pod, resource), 0);
    const available = Math.max(0, capacity - used);
    const wanted = threshold + (isReclaiming(resource) ? reclaim(capacity) : 0);
    return capacity > 0 && available < wanted ? [{ resource, threshold, available, ...(grace === undefined ? {} : { grace }) }] : [];
  });
}

const requestOf = (pod: corev1.Pod, resource: WatchedResource): number => podRequests(pod).get(resource)?.value() ?? 0;

/**
 * Pods in the order of their eviction: those above their requests first, then by priority, then by usage above the requests. Processes are not
 * requested: by priority and number.
 */
export function rankedFor(resource: WatchedResource, pods: readonly corev1.Pod[]): corev1.Pod[] {
  const ranked = pods.map((pod) => {
    const above = podUsage(pod, resource) - requestOf(pod, resource);
    return { pod, above, exceeds: resource === 'pids' || above > 0 ? 0 : 1, priority: podPriority(pod) };
  });
  ranked.sort((a, b) => a.exceeds - b.exceeds || a.priority - b.priority || b.above - a.above);
  return ranked.map(({ pod }) => pod);
}

/** What a pod that is evicted says. */
export function evictionMessage(pod: corev1.Pod, { resource, threshold, available }: Pressure): string {
  const text = resource === 'pids' ? String : bytesText;
  const low = `The node was low on resource: ${resource}. Threshold quantity: ${text(threshold)}, available: ${text(available)}. `;
  if (resource === 'pids') return low;
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
  const most = podLimits(pod).get('ephemeral-storage');
  if (most && podUsage(pod, 'ephemeral-storage') > most.value()) return STORAGE_MESSAGES.pod(most.toString());
  for (const container of runningContainers(pod)) {
    const limit = container.resources?.limits?.['ephemeral-storage'];
    if (limit !== undefined && usageOf(pod, container, 'ephemeral-storage') > parseQuantity(limit).value())
      return STORAGE_MESSAGES.container(container.name, limit);
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
