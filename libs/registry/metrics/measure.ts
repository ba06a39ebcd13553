import type { corev1 } from '#api';
import { formatTime, type Instant, type KubeObject, parseQuantity, parseTime } from '#apimachinery';
import type { ContainerMetrics, PodMetrics } from '#component-helpers';
import { containerUsage, nodeOverhead, type Usage } from './usage.js';

/** How often the metrics server asks the kubelets (--metric-resolution). */
const RESOLUTION = 15_000;
const WINDOW = '15s';

/** When the kubelets were asked last. */
const measuredAt = (now: Instant): Instant => Math.floor(now / RESOLUTION) * RESOLUTION;

function usageText({ cpu, memory }: Usage): ContainerMetrics['usage'] {
  return { cpu: parseQuantity(`${Math.round(cpu * 1e6)}n`).toString(), memory: `${Math.ceil(memory / 1024)}Ki` };
}

/** Since when all containers of a running pod have been running; undefined if it has no usage. */
function runningSince({ status }: corev1.Pod): Instant | undefined {
  if (status?.phase !== 'Running') return undefined;
  let since: Instant | undefined;
  for (const { state } of status.containerStatuses ?? []) {
    const started = parseTime(state?.running?.startedAt ?? '');
    if (started === undefined) return undefined;
    since = Math.max(since ?? started, started);
  }
  return since;
}

/** What each container of a pod used at a time; undefined for pods that were not running for a whole window before it. */
function podUsage(pod: corev1.Pod, at: Instant, load: number): Map<string, Usage> | undefined {
  const since = runningSince(pod);
  if (since === undefined || since > at - RESOLUTION) return undefined;
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  // The first container answers requests.
  const containers = [...pod.spec.containers, ...sidecars];
  return new Map(containers.map((container, index) => [container.name, containerUsage(pod, container, at, index === 0 ? load : 0)]));
}

/** The PodMetrics of a pod; undefined if there are none yet. */
export function podMetrics(pod: corev1.Pod, now: Instant, load: number): PodMetrics | undefined {
  const at = measuredAt(now);
  const used = podUsage(pod, at, load);
  if (used === undefined) return undefined;
  const { name, namespace, labels } = pod.metadata;
  return {
    kind: 'PodMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: { name, namespace, creationTimestamp: formatTime(now), ...(labels === undefined ? {} : { labels }) },
    timestamp: formatTime(at),
    window: WINDOW,
    containers: [...used].map(([container, usage]) => ({ name: container, usage: usageText(usage) })),
  };
}

/** What a node uses, as the resource metrics API says it (metrics.k8s.io NodeMetrics). */
export interface NodeMetrics extends KubeObject {
  timestamp: string;
  window: string;
  usage: Record<string, string>;
}

/** The NodeMetrics of a node with its pods. */
export function nodeMetrics(
  node: corev1.Node,
  pods: readonly corev1.Pod[],
  now: Instant,
  loadOf: (pod: corev1.Pod) => number,
): NodeMetrics {
  const at = measuredAt(now);
  const total = nodeOverhead(node, at);
  for (const pod of pods) {
    for (const { cpu, memory } of podUsage(pod, at, loadOf(pod))?.values() ?? []) {
      total.cpu += cpu;
      total.memory += memory;
    }
  }
  const { name, labels } = node.metadata;
  return {
    kind: 'NodeMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: { name, creationTimestamp: formatTime(now), ...(labels === undefined ? {} : { labels }) },
    timestamp: formatTime(at),
    window: WINDOW,
    usage: usageText(total),
  };
}
