import type { Resource, ResourceInfo } from '#api';
import type { Clock, Instant, KubeObject, RandomSource } from '#apimachinery';
import type { CausalClient, Informer, InformerChange, ResourceListener } from '#client';
import type { Fence } from '#storage';

export type { Informer };

/** One change as an informer tells it (libs/client). */
export type Change<T extends KubeObject = KubeObject> = InformerChange<T>;

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

export interface Informers {
  /** The informer is filled before the component's first drain; ask for it in open(). */
  of<T extends KubeObject>(resource: Resource<T>): Informer<T>;
  /** What the cluster serves as of this turn, each resource in its preferred version; the same array until that changes. */
  served(): readonly ResourceInfo[];
  /** Tells of all that is served before the component's first drain, and before each other one of what has come and gone. */
  onServed(listener: ResourceListener): void;
}

/** A reconcile that threw. It is tried again after a back-off; this is for logs and counters. */
export interface ReconcileFailure {
  component: string;
  controller: string;
  key: string;
  error: unknown;
  /** How often in a row this key has failed, this time included. */
  failures: number;
}

/** Runs a piece of work that may take some milliseconds, and resolves with what it returns. Throws what it throws. */
export type InTurn = <T>(work: () => T) => Promise<T>;

/** What a component is given when it is opened on a cluster. */
export interface ClusterContext {
  readonly cluster: string;
  readonly client: CausalClient;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly profile: TimingProfile;
  /** The CA bundle clients of this cluster trust, PEM. */
  readonly rootCA: string;
  /** The revision up to which the component's last turn had seen the log; earlier writes do not wake it. */
  readonly resumeAfter?: number;
  /** The turn that is being taken. */
  readonly fence?: () => Fence | undefined;
  /** Does one piece of long work when it is this cluster's turn among those that share the process. */
  readonly inTurn: InTurn;
  /** Told of every failed reconcile. */
  readonly onFailure?: (failure: ReconcileFailure) => void;
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
  /** Reconciles until nothing is left or the budget is spent. Throws FencedError when the turn was overtaken. */
  drain(budget: Budget): Promise<DrainResult>;
  /**
   * Calls `listener` when work comes in (a key is queued), so that a turn can go on without being woken from outside.
   * An instance without it is drained once a turn.
   */
  onWork?(listener: () => void): void;
  /** Whether a drain would find something to do now. */
  hasWork?(): boolean;
  /**
   * Tells a newly opened instance what was deleted between its component's last turn and its informers' first list, which shows
   * only what is there: so that what follows from a deletion is known to follow from it.
   */
  replayDeletions?(deletions: readonly Change[]): void;
  close(): void;
}

/** What a component is asked about: one committed change. */
export interface ComponentChange {
  group: string;
  resource: string;
  namespace: string;
  name: string;
  deleted: boolean;
  /** The object as it is stored, JSON. */
  text: string;
  /** The same, parsed. */
  object(): KubeObject;
}

/** A component of the cluster: kube-controller-manager, kube-scheduler, kubelet, cloud-controller-manager. */
export interface Component {
  readonly name: string;
  /** Whether a change is any concern of this component: whether it is to be woken. Cheap and pure. */
  interests(change: ComponentChange): boolean;
  open(context: ClusterContext): Promise<ComponentInstance>;
}
