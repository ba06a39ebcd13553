import type { corev1 } from '#api';
import { Filtering, leftOut, prepareFilters } from './filters.js';
import type { CycleState, FitFailure, Rejection, World } from './framework.js';
import type { NodeInfo } from './node-info.js';
import type { Profile } from './profile.js';
import { bestNode, pluginScores, totalScores } from './scores.js';

export type CycleResult =
  | { node: NodeInfo; state: CycleState; failure?: undefined }
  | { node?: undefined; state?: undefined; failure: FitFailure };

/** Clusters of fewer nodes are searched whole; more than that many feasible nodes are always looked for (minFeasibleNodesToFind). */
const SEARCHED_WHOLE = 100;
const LEAST_PERCENTAGE = 5;

/** How many feasible nodes are enough for scoring (numFeasibleNodesToFind). */
export function feasibleNodesToFind(nodes: number, percentageOfNodesToScore: number): number {
  if (nodes < SEARCHED_WHOLE) return nodes;
  const percentage = percentageOfNodesToScore || Math.max(LEAST_PERCENTAGE, 50 - Math.trunc(nodes / 125));
  return Math.max(SEARCHED_WHOLE, Math.trunc((nodes * percentage) / 100));
}

/** The nodes that are looked at: those that preFilter has named, or all. */
function searched(nodes: readonly NodeInfo[], only: ReadonlySet<string> | undefined): readonly NodeInfo[] {
  return only ? nodes.filter(({ name }) => only.has(name)) : nodes;
}

interface Found {
  feasible: NodeInfo[];
  rejections: Map<string, Rejection>;
}

/** Looks for feasible nodes until there are enough; each pod's search starts where the one of the pod before it ended. */
function findFeasible(filtering: Filtering, nodes: readonly NodeInfo[], { enough, turn }: { enough: number; turn: number }): Found {
  const found: Found = { feasible: [], rejections: new Map() };
  const start = enough < nodes.length ? (turn * enough) % nodes.length : 0;
  for (let index = 0; index < nodes.length && found.feasible.length < enough; index++) {
    const node = nodes[(start + index) % nodes.length];
    if (!node) continue;
    const rejection = filtering.rejection(node);
    if (rejection) found.rejections.set(node.name, rejection);
    else found.feasible.push(node);
  }
  return found;
}

/**
 * One scheduling cycle: looks for nodes that pass the filters, scores them, and returns the best. A node that the pod is nominated for is
 * used as soon as the pod fits. `turn` is any number that grows from pod to pod: it decides where the search starts, and which of several
 * nodes with the same score is chosen.
 */
export function runCycle(pod: corev1.Pod, world: World, profile: Profile, turn: number): CycleResult {
  const filters = prepareFilters(pod, world, profile);
  const { state, preFilter } = filters;
  const none = { nodes: world.nodes.length, rejections: new Map<string, Rejection>(), filters };
  if (preFilter) return { failure: { ...none, preFilter } };
  const filtering = new Filtering(pod, world, filters);
  const nominated = pod.status?.nominatedNodeName;
  const wanted = nominated ? world.nodes.find(({ name }) => name === nominated) : undefined;
  if (wanted && !filtering.rejection(wanted)) return { node: wanted, state };
  const nodes = searched(world.nodes, filters.only?.nodes);
  const scores = profile.score.length > 0;
  const enough = scores ? feasibleNodesToFind(nodes.length, profile.percentageOfNodesToScore) : 1;
  const { feasible, rejections } = findFeasible(filtering, nodes, { enough, turn });
  const [first] = feasible;
  if (!first) return { failure: { ...none, rejections, ...(filters.only && { absent: leftOut(filters) }) } };
  if (feasible.length === 1) return { node: first, state };
  const totals = totalScores(feasible, pluginScores(pod, feasible, { world, state, profile }));
  return { node: bestNode(feasible, totals, turn) ?? first, state };
}
