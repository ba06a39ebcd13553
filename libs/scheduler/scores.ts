import type { corev1 } from '#api';
import type { CycleState, World } from './framework.js';
import type { NodeInfo } from './node-info.js';
import type { Profile } from './profile.js';

/** The normalized scores of one plugin, in the order of the nodes. */
export interface PluginScores {
  plugin: string;
  weight: number;
  scores: readonly number[];
}

/** What scores are computed with. */
export interface Scoring {
  world: World;
  state: CycleState;
  profile: Profile;
}

/** The normalized scores of each plugin that has something to say about the pod (RunScorePlugins). */
export function pluginScores(pod: corev1.Pod, nodes: readonly NodeInfo[], { world, state, profile }: Scoring): PluginScores[] {
  const all: PluginScores[] = [];
  const skipped = new Set(
    profile
      .at('preScore')
      .filter((plugin) => plugin.preScore?.(pod, nodes, state, world))
      .map(({ name }) => name),
  );
  for (const { plugin, weight } of profile.score) {
    if (!plugin.score || skipped.has(plugin.name)) continue;
    const scores = new Array<number>(nodes.length);
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[index];
      if (node) scores[index] = plugin.score(pod, node, state, world);
    }
    plugin.normalize?.(scores);
    all.push({ plugin: plugin.name, weight, scores });
  }
  return all;
}

/** The weighted sums. */
export function totalScores(nodes: readonly NodeInfo[], all: readonly PluginScores[]): number[] {
  const totals = new Array<number>(nodes.length).fill(0);
  for (const { weight, scores } of all)
    for (let index = 0; index < totals.length; index++) totals[index] = (totals[index] ?? 0) + weight * (scores[index] ?? 0);
  return totals;
}

/** The best of several nodes; nodes with equal scores are chosen in turn. */
export function bestNode(nodes: readonly NodeInfo[], totals: readonly number[], turn: number): NodeInfo | undefined {
  let highest = Number.NEGATIVE_INFINITY;
  let tied: number[] = [];
  for (let index = 0; index < totals.length; index++) {
    const total = totals[index] ?? 0;
    if (total > highest) {
      highest = total;
      tied = [index];
    } else if (total === highest) tied.push(index);
  }
  return nodes[tied[turn % tied.length] ?? 0];
}
