import type { corev1 } from '#api';
import type { Informers } from '#client';
import type { NodeInfo } from './node-info.js';
import type { Nominator } from './nominator.js';

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

/** One plugin, one file (framework.Plugin). All members except the name are pure functions of their arguments. */
export interface Plugin {
  readonly name: string;
  preFilter?(pod: corev1.Pod, world: World, state: CycleState): PreFiltered | undefined;
  /** Updates preFilter's state for a pod that is added or removed tentatively (PreFilterExtensions). */
  adjust?(pod: corev1.Pod, change: PodChange, state: CycleState, world: World): void;
  filter?(pod: corev1.Pod, node: NodeInfo, state: CycleState, world: World): Rejection | undefined;
  /** True if the plugin has nothing to score for this pod. */
  preScore?(pod: corev1.Pod, nodes: readonly NodeInfo[], state: CycleState, world: World): boolean;
  /** Any number; normalize scales it to 0 … 100. */
  score?(pod: corev1.Pod, node: NodeInfo, state: CycleState, world: World): number;
  /** Changes the scores in place; if unset, they are used unchanged. */
  normalize?(scores: number[]): void;
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
  const max = scores.reduce((highest, score) => Math.max(highest, score), 0);
  for (const [index, score] of scores.entries()) {
    const scaled = max === 0 ? 0 : Math.floor((score * MAX_SCORE) / max);
    scores[index] = reverse ? MAX_SCORE - scaled : scaled;
  }
}
