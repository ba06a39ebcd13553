import type { corev1 } from '#api';
import type { CycleState, Plugin, Rejection, Weighted, World } from './framework.js';
import type { NodeInfo } from './node-info.js';

/** Why no node was found: by node, or for all at once. */
export interface FitFailure {
  nodes: number;
  rejections: ReadonlyMap<string, Rejection>;
  /** A preFilter said that no node can be right. */
  preFilter?: Rejection;
}

export type CycleResult = { node: NodeInfo; failure?: undefined } | { node?: undefined; failure: FitFailure };

/** A cycle's filters: which run, on which nodes. */
export interface Filters {
  state: CycleState;
  active: readonly Plugin[];
  only?: { nodes: ReadonlySet<string>; plugins: readonly string[] };
  preFilter?: Rejection;
}

/** Runs preFilter of every plugin. */
export function prepareFilters(pod: corev1.Pod, world: World, plugins: readonly Weighted[]): Filters {
  const state: CycleState = new Map();
  const active: Plugin[] = [];
  const limiting: string[] = [];
  let only: ReadonlySet<string> | undefined;
  for (const { plugin } of plugins) {
    const outcome = plugin.preFilter?.(pod, world, state);
    if (outcome?.rejection) return { state, active: [], preFilter: outcome.rejection };
    if (plugin.filter && !outcome?.skip) active.push(plugin);
    if (!outcome?.only) continue;
    const { only: named } = outcome;
    limiting.push(plugin.name);
    const before = only;
    only = before ? new Set([...named].filter((name) => before.has(name))) : named;
  }
  return { state, active, only: only && { nodes: only, plugins: limiting } };
}

/** The first plugin's objection to a node, or none. */
export function rejectionOf(pod: corev1.Pod, node: NodeInfo, filters: Filters, world: World): Rejection | undefined {
  if (filters.only && !filters.only.nodes.has(node.name)) {
    return { reasons: [`node(s) didn't satisfy plugin(s) [${filters.only.plugins.join(' ')}]`], final: true };
  }
  for (const plugin of filters.active) {
    const rejection = plugin.filter?.(pod, node, filters.state, world);
    if (rejection) return { ...rejection, plugin: plugin.name };
  }
  return undefined;
}

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

/**
 * One scheduling cycle: every node is filtered, those left are scored, the best one is taken. Nodes that tie take turns:
 * `turn` counts the cycles, so that equal nodes are filled round-robin.
 */
export function runCycle(pod: corev1.Pod, world: World, plugins: readonly Weighted[], turn: number): CycleResult {
  const filters = prepareFilters(pod, world, plugins);
  const rejections = new Map<string, Rejection>();
  if (filters.preFilter) return { failure: { nodes: world.nodes.length, rejections, preFilter: filters.preFilter } };
  const feasible: NodeInfo[] = [];
  for (const node of world.nodes) {
    const rejection = rejectionOf(pod, node, filters, world);
    if (rejection) rejections.set(node.name, rejection);
    else feasible.push(node);
  }
  const [first] = feasible;
  if (!first) return { failure: { nodes: world.nodes.length, rejections } };
  if (feasible.length === 1) return { node: first };
  const scores = scoresOf(pod, feasible, { world, state: filters.state, plugins });
  const best = Math.max(...scores);
  const tied = feasible.filter((_, index) => scores[index] === best);
  return { node: tied[turn % tied.length] ?? first };
}
