import type { corev1 } from '#api';
import type { Informers } from '#client';
import type { NodeInfo } from './node-info.js';

/** Why a node is not for a pod. `final`: no pod that could be evicted would change it (UnschedulableAndUnresolvable). */
export interface Rejection {
  reasons: readonly string[];
  final: boolean;
  plugin?: string;
}

/** What a plugin keeps for one cycle. */
export type CycleState = Map<string, unknown>;

/** What a cycle looks at besides the nodes. */
export interface World {
  nodes: readonly NodeInfo[];
  informers: Informers;
}

/** The outcome of preFilter: nothing to say, no node at all, or only these nodes. */
export interface PreFiltered {
  /** No node can be right: the message says why. */
  rejection?: Rejection;
  /** Only these nodes need be looked at. */
  only?: ReadonlySet<string>;
  /** The plugin's filter has nothing to do for this pod. */
  skip?: boolean;
}

/** One plugin, one file (upstream framework.Plugin). All members but the name are pure over what they are handed. */
export interface Plugin {
  readonly name: string;
  preFilter?(pod: corev1.Pod, world: World, state: CycleState): PreFiltered | undefined;
  filter?(pod: corev1.Pod, node: NodeInfo, state: CycleState, world: World): Rejection | undefined;
  /** True when the plugin has nothing to score for this pod. */
  preScore?(pod: corev1.Pod, nodes: readonly NodeInfo[], state: CycleState, world: World): boolean;
  /** Any number; normalize brings it to 0 … 100. */
  score?(pod: corev1.Pod, node: NodeInfo, state: CycleState, world: World): number;
  /** Changes the scores in place; left as they are when missing. */
  normalize?(scores: number[]): void;
}

/** A plugin and how much its scores count. */
export interface Weighted {
  plugin: Plugin;
  weight: number;
}

/** The best score. */
export const MAX_SCORE = 100;

/** A rejection that evicting pods may lift. */
export const unschedulable = (...reasons: string[]): Rejection => ({ reasons, final: false });

/** A rejection that nothing but another node lifts. */
export const unresolvable = (...reasons: string[]): Rejection => ({ reasons, final: true });

/** Scales scores so that the highest becomes 100; `reverse` turns them round (helper.DefaultNormalizeScore). */
export function normalizeByMax(scores: number[], reverse: boolean): void {
  const max = Math.max(0, ...scores);
  for (const [index, score] of scores.entries()) {
    const scaled = max === 0 ? 0 : Math.floor((score * MAX_SCORE) / max);
    scores[index] = reverse ? MAX_SCORE - scaled : scaled;
  }
}
