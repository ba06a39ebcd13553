import { Namespace, Node, Pod, PodDisruptionBudget, ReplicaSet, ReplicationController, type Resource, Service, StatefulSet } from '#api';
import type { KubeObject } from '#apimachinery';
import { Indexer, type Informers } from '#client';
import { isPodTerminal } from '#component-helpers';
import { hintedResources } from './cluster-events.js';
import type { World } from './framework.js';
import { Nominator } from './nominator.js';
import { Snapshot } from './snapshot.js';

/** What decisions depend on. */
export const decisionInputs: readonly Resource[] = [
  ...new Map(
    [Node, Pod, Namespace, PodDisruptionBudget, Service, ReplicationController, ReplicaSet, StatefulSet, ...hintedResources].map(
      (resource: Resource) => [`${resource.group}/${resource.resource}`, resource] as const,
    ),
  ).values(),
];

const idOf = ({ group, resource }: Pick<Resource, 'group' | 'resource'>): string => `${group}/${resource}`;

/** The objects of a cluster at some time, as a scheduler sees them. */
export class PastWorld {
  private readonly indexers = new Map<string, Indexer<KubeObject>>();
  private readonly snapshot = new Snapshot();
  private readonly nominator = new Nominator();

  /** Adds an object, or a later state of it. The pods that decisions are asked about are left out. */
  add(resource: Resource, object: KubeObject): void {
    this.indexer(resource).put(object, 0);
    if (resource === Node) this.snapshot.setNode(object as never);
    if (resource !== Pod) return;
    const pod = object as never as Parameters<Snapshot['setPod']>[0];
    if (pod.spec.nodeName) {
      this.nominator.remove(pod);
      this.snapshot.setPod(pod);
    } else if (!isPodTerminal(pod)) this.nominator.set(pod, pod.status?.nominatedNodeName);
  }

  get informers(): Informers {
    return { served: () => [], onServed: () => undefined, of: (resource) => this.indexer(resource) as never };
  }

  /** The number of pods that have a node: what decided between equal nodes. */
  get turn(): number {
    return this.snapshot.placed;
  }

  world(): World {
    return this.snapshot.world(this.informers, this.nominator);
  }

  private indexer(resource: Pick<Resource, 'group' | 'resource'>): Indexer<KubeObject> {
    const indexer = this.indexers.get(idOf(resource)) ?? new Indexer<KubeObject>();
    this.indexers.set(idOf(resource), indexer);
    return indexer;
  }
}
