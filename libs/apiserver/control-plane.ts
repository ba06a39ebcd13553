import type { Instant } from '#apimachinery';
import type { Family } from '#component-base';
import type { AuthorizationAttributes } from './authorization/authorization.js';
import type { LeaderElection } from './settings/leader-election.js';

/** A member of etcd. */
interface EtcdMemberState {
  /** 64 bits in hexadecimal. */
  readonly id: string;
  /** The node that it runs on; empty if it has never been started. */
  readonly name: string;
  /** Unset: by the address of its node. */
  readonly peerURLs?: readonly string[];
  readonly isLearner?: boolean;
  /** How many of its writes took how many milliseconds, because its disk was slow; the others took no time. */
  readonly slowWrites?: ReadonlyArray<{ readonly delay: number; readonly writes: number }>;
  readonly role: string;
  readonly term: number;
  /** The position of the leader that it knows. */
  readonly leader?: number;
}

/** A change of etcd's members. Ids are hexadecimal. */
type EtcdChange =
  | { readonly change: 'add'; readonly peerURLs: readonly string[]; readonly isLearner: boolean }
  | { readonly change: 'remove'; readonly id: string }
  | { readonly change: 'promote'; readonly id: string }
  | { readonly change: 'update'; readonly id: string; readonly peerURLs: readonly string[] };

/** What a component was started with. */
interface Configured {
  readonly configurations: Readonly<Record<string, unknown>>;
  /** Unset for one that elects nobody. */
  readonly election?: LeaderElection;
}

/** The parts of the control plane that the API server depends on, or is asked about. Everything is as of now. */
export interface ControlPlane {
  /** Resolves when the rest can be asked; undefined if it can be now. */
  ready(): Promise<void> | undefined;
  /**
   * Throws what a client gets if its request cannot be answered. A promise: the answer has to wait; it resolves with the milliseconds that
   * the request takes, for which the clock could not be waited. `stored`: the store is needed for it. `client`: not a component's request.
   */
  check(stored: boolean, client?: AuthorizationAttributes): Promise<number> | undefined;
  /** Throws what a client gets if the store takes no more values. */
  checkPut(): void;
  /** Whether the store can be read and written. */
  readonly hasStore: boolean;
  /** Whether an instance of a component is up. */
  isUp(component: string): boolean;
  /** Whether the instance of a component on a node leads; those that elect no leader all do. */
  leads(component: string, node: string): boolean;
  /** What the instance of a component that leads has counted since it was started. */
  metrics(component: string): Promise<readonly Family[]>;
  /**
   * The configurations that a component of the control plane serves at /configz, by their names, and how it elects its leader if it does.
   * Undefined if it does not come up, or has none.
   */
  configured(component: string, node: string): Configured | undefined;
  /** The members of etcd, and whether the disk of one is full. */
  etcd(): {
    /** The id of the cluster, in hexadecimal. */
    readonly id: string;
    readonly members: readonly EtcdMemberState[];
    readonly isFull: boolean;
    /** How often the leader has changed, the first election included. */
    readonly leaderChanges: number;
  };
  /** Changes the members of etcd; resolves with why not, if its leader refuses. */
  changeEtcd(change: EtcdChange): Promise<string | undefined>;
  /** Whether connections get from one node to another. */
  reaches(from: string, to: string): boolean;
  /** Why the kubelet of a node cannot be asked: nothing listens there, nothing is reached, or it is paused; undefined if it can. */
  kubeletTrouble(node: string): 'refused' | 'timeout' | 'paused' | undefined;
  /** The KubeletConfiguration of a node as it was written; empty where there is none. */
  kubeletConfiguration(node: string): Readonly<Record<string, unknown>>;
  /** From when to when the machine of a node was off last; undefined if it has never been. */
  boot(node: string): { readonly off: Instant; readonly at: Instant } | undefined;
  /** By how many milliseconds the clock of a node is ahead at a time. */
  skewAt(node: string, at: Instant): number;
  /** The same of the API server to which the connection of a client comes, as of now; `client` tells connections apart. */
  serverSkew(client: string): number;
  /** What the process of a static pod says before it ends, while it ends whenever it is started. */
  lastWords(component: string, node: string): string | undefined;
  /** Whether the process of a static pod is paused: connections to it are accepted, and nothing is said on them. */
  isPaused(component: string, node: string): boolean;
}

/** A control plane in which everything works. */
export const WHOLE: ControlPlane = {
  ready: () => undefined,
  check: () => undefined,
  checkPut: () => undefined,
  hasStore: true,
  isUp: () => true,
  leads: () => true,
  metrics: () => Promise.resolve([]),
  configured: () => undefined,
  etcd: () => ({ id: '', members: [], isFull: false, leaderChanges: 1 }),
  changeEtcd: () => Promise.resolve('etcdserver: request timed out'),
  reaches: () => true,
  kubeletTrouble: () => undefined,
  kubeletConfiguration: () => ({}),
  boot: () => undefined,
  skewAt: () => 0,
  serverSkew: () => 0,
  lastWords: () => undefined,
  isPaused: () => false,
};
