import type { Resource } from '#api';
import type { Clock, Instant, KubeObject, Random } from '#apimachinery';
import type { CausalClient } from '#client';

/** How long things take on the simulated machines of a cluster. */
export interface TimingProfile {
  name: 'realistic' | 'instant';
  /** Milliseconds to pull an image that is not on the node. */
  imagePull: number;
  /** Milliseconds from the sandbox to a running container. */
  containerStart: number;
  /** Milliseconds a container takes to stop on SIGTERM. */
  containerStop: number;
}

/** A read-only, always current view of one resource, shared by all components of the cluster in this process. */
export interface Informer<T extends KubeObject> {
  get(name: string, namespace?: string): T | undefined;
  list(namespace?: string): readonly T[];
  byUid(uid: string): T | undefined;
  /** Objects whose controller (ownerReferences[controller=true]) has this uid. */
  controlledBy(uid: string): readonly T[];
  /** Objects under an index added with addIndex. */
  byIndex(index: string, value: string): readonly T[];
  addIndex(index: string, values: (object: T) => readonly string[]): void;
  /** `revision` is the one of the event. Called synchronously, in revision order across all informers of the cluster. */
  on(handler: (change: { object: T; old?: T; deleted: boolean; revision: number }) => void): void;
}

export interface Informers {
  /** The informer is filled before the component's first drain; ask for it in open(). */
  of<T extends KubeObject>(resource: Resource<T>): Informer<T>;
}

/** What a component is given when it is opened on a cluster. */
export interface ClusterContext {
  readonly cluster: string;
  readonly client: CausalClient;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly random: Random;
  readonly profile: TimingProfile;
  /** The CA bundle clients of this cluster trust, PEM. */
  readonly rootCA: string;
}

export interface Budget {
  /** Reconciles after which a turn gives way to others. */
  reconciles: number;
}

export interface DrainResult {
  /** Work is left: queue the component again, behind the others. */
  more: boolean;
  /** When something is due next, in cluster time. */
  nextAt?: Instant;
}

/** A component opened on one cluster: holds its work queue and timers, all of which can be rebuilt from the store. */
export interface ComponentInstance {
  /** Reconciles until nothing is left or the budget is spent. */
  drain(budget: Budget): Promise<DrainResult>;
  close(): void;
}

/** A component of the cluster: kube-controller-manager, kube-scheduler, kubelet, cloud-controller-manager. */
export interface Component {
  readonly name: string;
  /** Whether a change is any concern of this component: whether it is to be woken. Cheap and pure. */
  interests(change: { group: string; resource: string; namespace: string; name: string; object: KubeObject; deleted: boolean }): boolean;
  open(context: ClusterContext): Promise<ComponentInstance>;
}
