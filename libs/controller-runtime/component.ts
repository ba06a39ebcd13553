import type { KeyObject } from 'node:crypto';
import type { Resource, ResourceInfo } from '#api';
import type { Clock, Instant, KubeObject, RandomSource } from '#apimachinery';
import type { CausalClient, Informer, InformerChange, ResourceListener } from '#client';
import type { CloudOptions, ControllerOptions, MetricRegistry } from '#component-base';
import type { Fence } from '#storage';
import type { Cloud } from './cloud.js';
import type { Faults } from './faults.js';
import type { MachineRows } from './machines.js';
import type { Manifests } from './manifests.js';

export type { Informer };

/** A change as passed to an informer's handlers (libs/client). */
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
  /** The cluster's informers, where these show them to one component. */
  readonly origin?: Informers;
  /** The informer is filled before the component's first drain; call this in open(). */
  of<T extends KubeObject>(resource: Resource<T>): Informer<T>;
  /** The resources that the cluster serves as of this turn, each in its preferred version; the same array until they change. */
  served(): readonly ResourceInfo[];
  /**
   * Calls the listener for all served resources before the component's first drain, and for added and removed ones before each later drain.
   */
  onServed(listener: ResourceListener): void;
}

/** A failed reconcile, for logs and metrics. It is retried after a back-off. */
export interface ReconcileFailure {
  component: string;
  controller: string;
  key: string;
  error: unknown;
  /** The number of consecutive failures of this key, including this one. */
  failures: number;
}

/** Runs work that may take some milliseconds, and resolves with its result. Throws what it throws. */
export type InTurn = <T>(work: () => T) => Promise<T>;

/** To be called between small steps of work: where they have become long together, a promise to be awaited before the next one. */
export type Pause = () => Promise<void> | undefined;

/**
 * The private keys that kube-controller-manager has (--cluster-signing-cert-file and --cluster-signing-key-file, PEM;
 * --service-account-private-key-file).
 */
export interface SigningKeys {
  clientAuthority(): Promise<{ certificate: string; key: string }>;
  serviceAccount(): Promise<KeyObject>;
}

/** What the flags of kube-controller-manager, or of cloud-controller-manager, decide. */
export interface ManagerSettings {
  /** Whether a controller runs, by its name in --controllers. */
  runs(controller: string): boolean;
  /** How long certificates are valid at most, in milliseconds (--cluster-signing-duration). */
  readonly signingDuration: number;
  /** Whether certificates of a signer are signed (--cluster-signing-cert-file, and those of single signers). */
  signs(signer: string): boolean;
  /** What else the controllers do. */
  readonly options: ControllerOptions;
  /** The same of those of cloud-controller-manager; unset: they do what they do without flags. */
  readonly cloud?: CloudOptions;
}

/** The settings as of now; undefined if the component does not come up with its flags. */
interface ManagerSource {
  /** Resolves when the settings can be read; undefined if they can be now. */
  ready(): Promise<void> | undefined;
  current(): ManagerSettings | undefined;
}

/** What the flags of kube-apiserver decide of what its own controllers keep. */
export interface ServerRanges {
  /** The ranges of Services' addresses; empty: kubeadm's. */
  readonly serviceRanges: readonly string[];
  /** The range of node ports, both ends included; unset: the default. */
  readonly nodePorts?: { readonly first: number; readonly last: number };
}

/** The same, as of now; undefined if it does not come up with its flags. */
interface ServerSource {
  ready(): Promise<void> | undefined;
  current(): ServerRanges | undefined;
}

/** What kube-scheduler is started with. */
export interface SchedulerSettings {
  /** Its KubeSchedulerConfiguration, decoded and without errors; unset: the defaults. */
  readonly configuration?: unknown;
  /** After this many milliseconds an unschedulable pod is retried in any case (--pod-max-in-unschedulable-pods-duration); unset: five minutes. */
  readonly longestWait?: number;
}

/** The same, as of now; undefined if it does not come up with its flags or its configuration. */
interface SchedulerSettingsSource {
  ready(): Promise<void> | undefined;
  current(): SchedulerSettings | undefined;
  /** The node whose files they were read from, and the newest revision of these. */
  origin(): { node: string; revision: number } | undefined;
}

/** What a component gets when it is opened on a cluster. */
export interface ClusterContext {
  readonly cluster: string;
  readonly client: CausalClient;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly profile: TimingProfile;
  /** The CA bundle that clients of this cluster trust, PEM. */
  readonly rootCA: string;
  readonly keys: SigningKeys;
  readonly faults: Faults;
  readonly cloud: Cloud;
  readonly manifests: Manifests;
  /** What its process counts; unset where nobody asks. */
  readonly metrics?: MetricRegistry;
  /** Unset where nothing is kept. */
  readonly machines?: MachineRows;
  /** Set for kube-controller-manager and cloud-controller-manager. */
  readonly manager?: ManagerSource;
  /** Set for kube-scheduler. */
  readonly scheduler?: SchedulerSettingsSource;
  /** Set for kube-apiserver. */
  readonly server?: ServerSource;
  /** The revision up to which the component's last turn had processed the log; earlier writes do not wake it. */
  readonly resumeAfter?: number;
  /** The current turn. */
  readonly fence?: () => Fence | undefined;
  /** Runs long work when it is this cluster's turn among those that share the process. */
  readonly inTurn: InTurn;
  /** Gives way to other clusters that share the process; unset: there are none. */
  readonly pause?: Pause;
  /** Called for every failed reconcile. */
  readonly onFailure?: (failure: ReconcileFailure) => void;
}

export interface Budget {
  /** Reconciles after which a turn yields to others. */
  reconciles: number;
}

export interface DrainResult {
  /** Work is left: the component is queued again, behind the others. */
  more: boolean;
  /** The time of the next timer, in cluster time. */
  nextAt?: Instant;
}

/** A component opened on one cluster: has a work queue and timers, which can be rebuilt from the store. */
export interface ComponentInstance {
  /** Reconciles until no work is left or the budget is used up. Throws FencedError if the turn was superseded. */
  drain(budget: Budget): Promise<DrainResult>;
  /**
   * Calls `listener` when a key is queued, so that a turn can continue without being woken from outside. An instance without it is drained
   * once per turn.
   */
  onWork?(listener: () => void): void;
  /** Whether there is work for a drain now. */
  hasWork?(): boolean;
  /**
   * Tells a new instance what was deleted between its component's last turn and its informers' first list, which shows only existing
   * objects. So the writes that follow from a deletion have it as their cause.
   */
  replayDeletions?(deletions: readonly Change[]): void;
  close(): void;
}

/** A committed change, as passed to `interests`. */
export interface ComponentChange {
  group: string;
  resource: string;
  namespace: string;
  name: string;
  deleted: boolean;
  /** The stored JSON text. */
  text: string;
  /** The same, parsed. */
  object(): KubeObject;
}

/** A component of the cluster: kube-controller-manager, kube-scheduler, kubelet, cloud-controller-manager. */
export interface Component {
  readonly name: string;
  /** Whether a change concerns this component, so that it must be woken. Cheap and pure. */
  interests(change: ComponentChange): boolean;
  /** Whether what other components do about a change will concern this one in a moment: its turn is begun meanwhile. Cheap and pure. */
  anticipates?(change: ComponentChange): boolean;
  open(context: ClusterContext): Promise<ComponentInstance>;
}

/** Whether a component is woken by a change. */
export function isWokenBy(component: Pick<Component, 'interests' | 'anticipates'>, change: ComponentChange): boolean {
  return component.interests(change) || component.anticipates?.(change) === true;
}
