import type { corev1 } from '#api';
import { Filtering, type Filters, prepareFilters } from './filters.js';
import type { CycleState, Rejection, Weighted, World } from './framework.js';
import type { NodeInfo } from './node-info.js';

/** Why no node was found: by node, or for all at once. */
export interface FitFailure {
  nodes: number;
  rejections: ReadonlyMap<string, Rejection>;
  /** A preFilter has rejected all nodes. */
  preFilter?: Rejection;
  /** The filters that found no node: preemption runs them again. */
  filters: Filters;
}

export type CycleResult = { node: NodeInfo; failure?: undefined } | { node?: undefined; failure: FitFailure };

/** Weighted sums of every scoring plugin, in the order of the nodes. */
function scoresOf(
  pod: corev1.Pod,
  nodes: readonly NodeInfo[],
  context: { world: World; state: CycleState; plugins: readonly Weighted[] },
): number[] {
  const { world, state, plugins } = context;
  const totals = nodes.map(() => 0);
  for (const { plugin, weight } of plugins) {
    if (!plugin.score || plugin.preScore?.(pod, nodes, state, world)) continue;
    const score = plugin.score.bind(plugin);
    const scores = nodes.map((node) => score(pod, node, state, world));
    plugin.normalize?.(scores);
    for (const [index, value] of scores.entries()) totals[index] = (totals[index] ?? 0) + weight * value;
  }
  return totals;
}

/** The best of several nodes; nodes with equal scores are chosen in turn. */
function best(nodes: readonly NodeInfo[], scores: readonly number[], turn: number): NodeInfo | undefined {
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const tied = nodes.filter((_, index) => scores[index] === highest);
  return tied[turn % tied.length];
}

/**
 * One scheduling cycle: filters every node, scores the remaining ones, and returns the best. A node that the pod is nominated for is used
 * as soon as the pod fits. `turn` is any number that grows from pod to pod: among equal nodes it selects round-robin.
 */
export function runCycle(pod: corev1.Pod, world: World, plugins: readonly Weighted[], turn: number): CycleResult {
  const filters = prepareFilters(pod, world, plugins);
  const rejections = new Map<string, Rejection>();
  const failure: FitFailure = { nodes: world.nodes.length, rejections, filters };
  if (filters.preFilter) return { failure: { ...failure, preFilter: filters.preFilter } };
  const filtering = new Filtering(pod, world, filters);
  const nominated = pod.status?.nominatedNodeName;
  const wanted = nominated ? world.nodes.find(({ name }) => name === nominated) : undefined;
  if (wanted && !filtering.rejection(wanted)) return { node: wanted };
  const feasible: NodeInfo[] = [];
  for (const node of world.nodes) {
    const rejection = filtering.rejection(node);
    if (rejection) rejections.set(node.name, rejection);
    else feasible.push(node);
  }
  const [first] = feasible;
  if (!first) return { failure };
  if (feasible.length === 1) return { node: first };
  const scores = scoresOf(pod, feasible, { world, state: filters.state, plugins });
  return { node: best(feasible, scores, turn) ?? first };
}
