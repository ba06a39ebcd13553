import type { corev1 } from '#api';
import type { Informers } from '#client';
import type { NodeInfo } from './node-info.js';
import type { Nominator } from './nominator.js';

/** Why a node is not for a pod. `final`: no pod that could be evicted would change it (UnschedulableAndUnresolvable). */
export interface Rejection {
  reasons: readonly string[];
  final: boolean;
  plugin?: string;
}

/** What a plugin keeps for one cycle. Without clone() it does not change after preFilter and preScore. */
export interface StateData {
  clone?(): StateData;
}

/** What the plugins keep for one cycle (framework.CycleState). */
export class CycleState {
  private readonly data = new Map<string, StateData>();

  write(key: string, data: StateData): void {
    this.data.set(key, data);
  }

  /** What was written under the key. The caller knows its type: each plugin reads its own keys alone. */
  read<T extends StateData>(key: string): T {
    return this.data.get(key) as T;
  }

  /** A copy whose changes do not show in this one. */
  clone(): CycleState {
    const copy = new CycleState();
    for (const [key, data] of this.data) copy.write(key, data.clone?.() ?? data);
    return copy;
  }
}

/** What a cycle looks at besides the pod. */
export interface World {
  nodes: readonly NodeInfo[];
  informers: Informers;
  nominator: Pick<Nominator, 'on'>;
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

/** Another pod that is taken to be on a node (1), or not to be there any more (-1). */
export interface PodChange {
  other: corev1.Pod;
  node: NodeInfo;
  sign: 1 | -1;
}

/** One plugin, one file (framework.Plugin). All members but the name are pure over what they are handed. */
export interface Plugin {
  readonly name: string;
  preFilter?(pod: corev1.Pod, world: World, state: CycleState): PreFiltered | undefined;
  /** Brings what preFilter kept up to date with a pod that is added or removed for a try (PreFilterExtensions). */
  adjust?(pod: corev1.Pod, change: PodChange, state: CycleState, world: World): void;
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
  const max = scores.reduce((highest, score) => Math.max(highest, score), 0);
  for (const [index, score] of scores.entries()) {
    const scaled = max === 0 ? 0 : Math.floor((score * MAX_SCORE) / max);
    scores[index] = reverse ? MAX_SCORE - scaled : scaled;
  }
}
