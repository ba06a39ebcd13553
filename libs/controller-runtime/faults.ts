import type { Instant } from '#apimachinery';
import type { ShutdownPeriod } from './shutdown-periods.js';

/** Why something does not do its work, as of now. */
export interface Outage {
  /** `paused`: it goes on with what it remembers. `unreachable`: it works, but the API servers cannot be reached from it. */
  readonly state: 'stopped' | 'paused' | 'unreachable';
  /** When it began, in cluster time. */
  readonly since: Instant;
  /** When it ends if nothing else happens, if that is known: e.g. another instance takes over. */
  readonly until?: Instant;
}

/** A process that ends as soon as it is started. */
export interface Crash {
  /** Since when it does. */
  readonly since: Instant;
  readonly code: number;
  /** What it says before it ends. */
  readonly message: string;
}

/** How a node pulls an image: never, for this reason, or so many milliseconds later. */
export type PullFault = { readonly error: string } | { readonly delay: number };

/** A node that is being shut down. */
export interface NodeShutdown {
  readonly since: Instant;
  /** When the machine goes off. */
  readonly off: Instant;
  /** How long pods have, the lowest priority first; empty: it goes off at once. */
  readonly periods: readonly ShutdownPeriod[];
}

/** The last start of a machine that was off. */
export interface Boot {
  /** Tells it from the other starts of the machine. */
  readonly id: string;
  /** From when to when the machine was off. */
  readonly off: Instant;
  readonly at: Instant;
}

/** The faults of a cluster as its components feel them. Everything is as of now and cheap to ask. */
export interface Faults {
  /** Set while no instance of a control plane's component does its work: kube-controller-manager, kube-scheduler … */
  component(name: string): Outage | undefined;
  /** Set while the instance of a component on one node of the control plane is stopped or paused. */
  instance(name: string, node: string): Outage | undefined;
  /** Set while the process of a static pod of the control plane ends whenever it is started. */
  crash(component: string, node: string): Crash | undefined;
  /** Since when the process of a static pod of the control plane hangs, or did last: until it was continued, or killed. */
  hang(component: string, node: string): { readonly since: Instant; readonly until?: Instant; readonly killed?: boolean } | undefined;
  /** Set while a node cannot pull an image, by its full reference, as usual. */
  pull(node: string, image: string): PullFault | undefined;
  /** Whether the disk of a node is full. */
  isDiskFull(node: string): boolean;
  /** Set while a node is being shut down, and while it is off because of that. */
  shutdown(node: string): NodeShutdown | undefined;
  /** The last start of the machine of a node; unset if it has never been off. */
  boot(node: string): Boot | undefined;
  /** Set while the kubelet of a node does nothing or reaches no API server: it renews no Lease, and no pod of the node gets a new status. */
  kubelet(node: string): Outage | undefined;
  /** How many milliseconds later a slow kubelet reacts; 0 for others. */
  kubeletDelay(node: string): number;
  /** Whether connections get from one node to another. */
  reaches(from: string, to: string): boolean;
  /** Set while a node as a whole is off or cut off: nothing on it can be reached. */
  node(node: string): Outage | undefined;
  /** By how many milliseconds the clock of a node is ahead at a time. */
  skewAt(node: string, at: Instant): number;
  /** The same of the machine on which the instance of a component runs that leads, as of now. */
  skewOf(component: string): number;
  /** Calls the listener after each change, from where the component's informers deliver theirs: it may queue keys. */
  onChange(listener: () => void): void;
}

/** A cluster without faults. */
export const NO_FAULTS: Faults = {
  component: () => undefined,
  instance: () => undefined,
  crash: () => undefined,
  hang: () => undefined,
  pull: () => undefined,
  isDiskFull: () => false,
  shutdown: () => undefined,
  boot: () => undefined,
  kubeletDelay: () => 0,
  kubelet: () => undefined,
  reaches: () => true,
  node: () => undefined,
  skewAt: () => 0,
  skewOf: () => 0,
  onChange: () => undefined,
};

/** The group of changes of the faults, of which every component is told. */
export const FAULTS_GROUP = 'faults.machine';
