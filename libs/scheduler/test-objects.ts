import type { corev1, Resource } from '#api';
import { type KubeObject, SteppedClock } from '#apimachinery';
import { Indexer } from '#client';
import type { Informers } from '#controller-runtime';
import { DEFAULT_ARGS, type PluginArgs } from './config/plugin-args.js';
import type { Weighted, World } from './framework.js';
import { Nominator } from './nominator.js';
import { plugins } from './plugins/index.js';
import { DEFAULT_SCHEDULER, Profile, pointsOf } from './profile.js';
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

/** Informers of the given objects. */
function informersOf(objects: readonly KubeObject[]): Informers {
  const indexers = new Map<string, Indexer<KubeObject>>();
  return {
    served: () => [],
    onServed: () => undefined,
    of<T extends KubeObject>({ kind }: Resource<T>) {
      const known = indexers.get(kind) ?? new Indexer<KubeObject>();
      if (!indexers.has(kind)) for (const object of objects) if (object.kind === kind) known.put(object, 0);
      indexers.set(kind, known);
      return known as unknown as Indexer<T>;
    },
  };
}

/** The other inputs of a cycle. */
export interface Surroundings {
  /** Pods by the node they are nominated for. */
  nominated?: Record<string, corev1.Pod[]>;
  /** Objects of other kinds. */
  objects?: readonly KubeObject[];
}

/** A world of nodes with the pods on them. */
export function world(nodes: corev1.Node[], placed: corev1.Pod[] = [], { nominated = {}, objects = [] }: Surroundings = {}): World {
  const snapshot = new Snapshot();
  for (const one of nodes) snapshot.setNode(one);
  for (const one of placed) snapshot.setPod(one);
  const nominator = new Nominator();
  for (const [name, pods] of Object.entries(nominated)) for (const one of pods) nominator.set(one, name);
  return snapshot.world(informersOf(objects), nominator);
}

/** A profile with these plugins and arguments; by default the default profile. */
export function profile(enabled: readonly Weighted[] = plugins, args: Partial<PluginArgs> = {}): Profile {
  const settings = { schedulerName: DEFAULT_SCHEDULER, points: pointsOf(enabled), args: { ...DEFAULT_ARGS, ...args } };
  return new Profile(settings, { informers: informersOf([]), clock: new SteppedClock(0) });
}
