import { ComponentStatus, type corev1, Node, Pod } from '#api';
import type { KubeObject } from '#apimachinery';
import { type Condition, conditionOf } from '#component-helpers';
import type { GraphContext } from '../context.js';

type NodeObject = KubeObject & corev1.Node;
type PodObject = KubeObject & corev1.Pod;
type ComponentObject = KubeObject & corev1.ComponentStatus;

/** How a cluster is, in numbers. */
export interface ClusterHealth {
  healthy: boolean;
  nodes: number;
  nodesReady: number;
  pods: number;
  /** Pods that are neither running nor have succeeded. */
  podsNotRunning: number;
  /** The names of components that are not healthy. */
  unhealthyComponents: readonly string[];
  /** Faults in force. */
  faults: number;
}

/** What health is told from. */
interface Seen {
  nodes: readonly Pick<NodeObject, 'status'>[];
  pods: readonly Pick<PodObject, 'status'>[];
  components: readonly Pick<ComponentObject, 'metadata' | 'conditions'>[];
  faults: number;
}

const settled: ReadonlySet<string> = new Set(['Running', 'Succeeded']);

/** The health of a cluster: all nodes are ready, all components healthy, all pods run, and nothing is broken on purpose. */
export function healthFrom({ nodes, pods, components, faults }: Seen): ClusterHealth {
  const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean => conditionOf(conditions, type)?.status === 'True';
  const nodesReady = nodes.filter(({ status }) => isTrue(status?.conditions, 'Ready')).length;
  const podsNotRunning = pods.filter(({ status }) => !settled.has(status?.phase ?? '')).length;
  const unhealthyComponents = components.filter(({ conditions }) => !isTrue(conditions, 'Healthy')).map(({ metadata }) => metadata.name);
  const healthy = nodesReady === nodes.length && podsNotRunning === 0 && unhealthyComponents.length === 0 && faults === 0;
  return { healthy, nodes: nodes.length, nodesReady, pods: pods.length, podsNotRunning, unhealthyComponents, faults };
}

/** The health of the cluster of a context. Throws what its API answers when it cannot. */
export async function healthOf({ loaders, faults }: GraphContext): Promise<ClusterHealth> {
  const [nodes, pods, components, inForce] = await Promise.all([
    loaders.list(Node),
    loaders.list(Pod),
    loaders.list(ComponentStatus),
    faults.list(),
  ]);
  return healthFrom({ nodes, pods, components, faults: inForce.length });
}
