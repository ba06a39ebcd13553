import type { corev1, policyv1 } from '#api';
import { type Client, createInformers } from '#client';
import type { Informers } from '#controller-runtime';
import type { World } from './framework.js';
import { Nominator } from './nominator.js';
import { Snapshot } from './snapshot.js';

/** Objects for the specs of this lib. */

interface NodeParts {
  labels?: Record<string, string>;
  taints?: corev1.Taint[];
  unschedulable?: boolean;
  allocatable?: Record<string, string>;
}

/** A node with 4 cpu, 8Gi and 110 pods by default. */
export const node = (name: string, { labels, taints, unschedulable, allocatable }: NodeParts = {}): corev1.Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
  spec: { taints, unschedulable },
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable } },
});

/** A pod with one container. */
export const pod = (
  name: string,
  spec: Partial<corev1.PodSpec> & { requests?: Record<string, string> } = {},
  labels: Record<string, string> = {},
): corev1.Pod => {
  const { requests, ...rest } = spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, labels },
    spec: { containers: [{ name: 'c', image: 'nginx:1.27', resources: requests ? { requests } : {} }], ...rest },
  };
};

/** Informers without objects, except for the given disruption budgets. */
function informersOf(budgets: readonly policyv1.PodDisruptionBudget[]): Informers {
  const empty = createInformers({} as Client);
  return {
    served: () => [],
    onServed: () => undefined,
    of(resource) {
      const informer = empty.of(resource);
      if (resource.kind !== 'PodDisruptionBudget') return informer;
      return Object.assign(Object.create(informer), { list: () => budgets });
    },
  };
}

/** The other inputs of a cycle. */
export interface Surroundings {
  /** Pods by the node they are nominated for. */
  nominated?: Record<string, corev1.Pod[]>;
  budgets?: readonly policyv1.PodDisruptionBudget[];
}

/** A world of nodes with the pods on them. */
export function world(nodes: corev1.Node[], placed: corev1.Pod[] = [], { nominated = {}, budgets = [] }: Surroundings = {}): World {
  const snapshot = new Snapshot();
  for (const one of nodes) snapshot.setNode(one);
  for (const one of placed) snapshot.setPod(one);
  const nominator = new Nominator();
  for (const [name, pods] of Object.entries(nominated)) for (const one of pods) nominator.set(one, name);
  return { nodes: snapshot.nodes, informers: informersOf(budgets), nominator };
}
