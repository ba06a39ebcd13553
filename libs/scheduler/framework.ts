import type { corev1 } from '#api';
import type { Clock } from '#apimachinery';
import type { CausalClient, Informers } from '#client';
import type { EventRecorder } from '#controller-runtime';
import type { PluginArgs } from './config/plugin-args.js';
import type { Hint } from './hints.js';
import type { NodeInfo } from './node-info.js';
import type { Nominator } from './nominator.js';
import type { Tallies } from './tallies.js';

/** Why a node was rejected. `final`: evicting pods would not help (UnschedulableAndUnresolvable). */
export interface Rejection {
  reasons: readonly string[];
  final: boolean;
  plugin?: string;
}

/** A plugin's state for one cycle. Without clone() it does not change after preFilter and preScore. */
export interface StateData {
  clone?(): StateData;
}

/** The plugins' state for one cycle (framework.CycleState). */
export class CycleState {
  private readonly data = new Map<string, StateData>();

  write(key: string, data: StateData): void {
    this.data.set(key, data);
  }

  /** The value of a key. The caller knows its type, since each plugin reads only its own keys. */
  read<T extends StateData>(key: string): T {
    return this.data.get(key) as T;
  }

  /** A copy that can be modified independently. */
  clone(): CycleState {
    const copy = new CycleState();
    for (const [key, data] of this.data) copy.write(key, data.clone?.() ?? data);
    return copy;
  }
}

/** The inputs of a cycle besides the pod. */
export interface World {
  nodes: readonly NodeInfo[];
  informers: Informers;
  nominator: Pick<Nominator, 'on'>;
  /** The nodes that have pods with pod affinity or anti-affinity. */
  withAffinity: ReadonlySet<NodeInfo>;
  /** What is counted over all nodes. */
  tallies: Tallies;
  /** How many nodes have an image. */
  nodesWithImage(name: string): number;
  /** Changes when namespaces do. */
  epoch: number;
}

/** The result of preFilter: no restriction, no node at all, or only these nodes. */
export interface PreFiltered {
  /** All nodes are rejected, with this message. */
  rejection?: Rejection;
  /** Only these nodes have to be considered. */
  only?: ReadonlySet<string>;
  /** The plugin's filter can be skipped for this pod. */
  skip?: boolean;
}

/** Another pod that is assumed to be added to a node (1) or removed from it (-1). */
export interface PodChange {
  other: corev1.Pod;
  node: NodeInfo;
  sign: 1 | -1;
}

/** A cycle's filters: which run, and on which nodes. */
export interface Filters {
  state: CycleState;
  active: readonly Plugin[];
  only?: { nodes: ReadonlySet<string>; plugins: readonly string[] };
  preFilter?: Rejection;
}

/** Why no node was found: by node, or for all at once. */
export interface FitFailure {
  nodes: number;
  rejections: ReadonlyMap<string, Rejection>;
  /** The rejection of all nodes that `rejections` does not name. */
  absent?: Rejection;
  /** A preFilter has rejected all nodes. */
  preFilter?: Rejection;
  /** The filters that found no node: preemption runs them again. */
  filters: Filters;
}

/** A node on which the pod would fit if some pods were evicted. */
export interface Candidate {
  node: NodeInfo;
  victims: readonly corev1.Pod[];
  violations: number;
}

/** What plugins act with, outside of a cycle. */
export interface Effects {
  client: CausalClient;
  recorder: EventRecorder;
  nominator: Pick<Nominator, 'on'>;
  clock: Clock;
  /** The scheduler's name. */
  profile: string;
}

/**
 * The result of postFilter. With a candidate the pod is nominated for its node; otherwise the message says why nothing helps, and the pod
 * keeps its nomination or loses it.
 */
export interface PostFiltered {
  nomination: 'set' | 'keep' | 'clear';
  message?: string;
  candidate?: Candidate;
  /** Carries it out. */
  act?(effects: Effects): Promise<void>;
}

/** The pod has to wait before it is bound, at most for this time, and is asked again when one of the plugin's hints applies. */
export interface Wait {
  wait: number;
  /** What the pod is told when the time is over. */
  message: string;
}

/** What a plugin is made with. */
export interface PluginSetup {
  args: PluginArgs;
  informers: Informers;
  clock: Clock;
}

/** A pod in the queue, as queueSort sees it. */
export interface Queued {
  readonly pod: corev1.Pod;
  /** When it was added. */
  readonly order: number;
}

/** One plugin, one file (framework.Plugin). What belongs to the scheduling cycle is a pure function of its arguments. */
export interface Plugin {
  readonly name: string;
  /** The changes that may make a pod schedulable which this plugin has rejected (EventsToRegister); if unset, all changes. */
  readonly hints?: readonly Hint[];
  /** The plugin with its arguments and a state of its own, for one scheduler; if unset, the plugin has neither. */
  open?(setup: PluginSetup): Plugin;
  /** Why the pod is not to be scheduled yet. */
  preEnqueue?(pod: corev1.Pod, informers: Informers): Rejection | undefined;
  /** The order in the queue: negative if `a` comes first. */
  queueSort?(a: Queued, b: Queued): number;
  preFilter?(pod: corev1.Pod, world: World, state: CycleState): PreFiltered | undefined;
  /** Updates preFilter's state for a pod that is added or removed tentatively (PreFilterExtensions). */
  adjust?(pod: corev1.Pod, change: PodChange, state: CycleState, world: World): void;
  filter?(pod: corev1.Pod, node: NodeInfo, state: CycleState, world: World): Rejection | undefined;
  /** Tries to make room for a pod that fits nowhere; `offset` is the node at which a search starts. */
  postFilter?(pod: corev1.Pod, world: World, failed: { failure: FitFailure; offset: number }): PostFiltered;
  /** True if the plugin has nothing to score for this pod. */
  preScore?(pod: corev1.Pod, nodes: readonly NodeInfo[], state: CycleState, world: World): boolean;
  /** Any number; normalize scales it to 0 … 100. */
  score?(pod: corev1.Pod, node: NodeInfo, state: CycleState, world: World): number;
  /** Changes the scores in place; if unset, they are used unchanged. */
  normalize?(scores: number[]): void;
  /** Takes what the pod will use on its node, in memory, before the next cycle begins. */
  reserve?(pod: corev1.Pod, node: NodeInfo, state: CycleState, world: World): Rejection | undefined;
  /** Gives it back: the pod is not bound. Also called after a reserve that has rejected, and without one. */
  unreserve?(pod: corev1.Pod, node: string, state: CycleState): void;
  /** Whether the pod may be bound now. */
  permit?(pod: corev1.Pod, node: string, state: CycleState): Rejection | Wait | undefined;
  /** Whether preBind has something to do (PreBindPreFlight). */
  preBindPreFlight?(pod: corev1.Pod, node: string, state: CycleState): boolean;
  /** Does what has to be done before the binding; called again after each wait, until it returns nothing. Throws to retry the pod. */
  preBind?(pod: corev1.Pod, node: string, state: CycleState, effects: Effects): Promise<Wait | undefined>;
  /** Binds the pod; false leaves it to the next plugin. */
  bind?(pod: corev1.Pod, node: string, effects: Effects): Promise<boolean>;
  postBind?(pod: corev1.Pod, node: string, state: CycleState): void;
}

/** A plugin and the weight of its scores. */
export interface Weighted {
  plugin: Plugin;
  weight: number;
}

/** The best score. */
export const MAX_SCORE = 100;

/** A rejection that evicting pods may resolve. */
export const unschedulable = (...reasons: string[]): Rejection => ({ reasons, final: false });

/** A rejection that evicting pods cannot resolve. */
export const unresolvable = (...reasons: string[]): Rejection => ({ reasons, final: true });

/** Scales scores so that the highest becomes 100; `reverse` inverts them (helper.DefaultNormalizeScore). */
export function normalizeByMax(scores: number[], reverse: boolean): void {
  let max = 0;
  for (const score of scores) if (score > max) max = score;
  for (let index = 0; index < scores.length; index++) {
    const scaled = max === 0 ? 0 : Math.floor(((scores[index] ?? 0) * MAX_SCORE) / max);
    scores[index] = reverse ? MAX_SCORE - scaled : scaled;
  }
}
