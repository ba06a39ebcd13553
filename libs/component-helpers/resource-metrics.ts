import type { corev1, Resource } from '#api';
import type { KubeObject } from '#apimachinery';

/** What a container uses, as the resource metrics API says it (metrics.k8s.io ContainerMetrics). */
export interface ContainerMetrics {
  name: string;
  usage: Record<string, string>;
}

/** What the containers of a pod use (metrics.k8s.io PodMetrics). */
export interface PodMetrics extends KubeObject {
  metadata: corev1.Pod['metadata'];
  timestamp: string;
  window: string;
  containers: ContainerMetrics[];
}

const GROUP_VERSION = { group: 'metrics.k8s.io', version: 'v1beta1' } as const;

/** The resource pods of metrics.k8s.io: its objects exist only while somebody reads them. */
export const PodMetricsResource: Resource<PodMetrics> = { ...GROUP_VERSION, resource: 'pods', kind: 'PodMetrics', namespaced: true };
