import type { corev1 } from '#api';
import { runCycle } from './cycle.js';
import { Filtering, leftOut, prepareFilters } from './filters.js';
import type { Filters, Rejection, World } from './framework.js';
import type { NodeInfo } from './node-info.js';
import { runPostFilters } from './post-filter.js';
import type { Profile } from './profile.js';
import { type PluginScores, pluginScores, totalScores } from './scores.js';
import { failureMessage } from './unschedulable.js';

/** Nodes that an explanation tells about at most: the best ones first. */
const MOST_NODES = 500;
/** Nodes that are looked at before others get their turn. */
const NODES_AT_A_STRETCH = 100;

/** What one filter says of a node. */
interface FilterVerdict {
  plugin: string;
  passed: boolean;
  reasons?: readonly string[];
}

/** What a plugin's score adds to a node's total: score × weight. */
interface ScoreVerdict {
  plugin: string;
  score: number;
  weight: number;
}

/** What the plugins say of a node. */
export interface NodeVerdict {
  node: string;
  feasible: boolean;
  filters: readonly FilterVerdict[];
  scores?: readonly ScoreVerdict[];
  total?: number;
}

/** A scheduling decision with its reasons. */
export interface SchedulingExplanation {
  schedulerName: string;
  /** The node that the pod is given. */
  node?: string;
  /** Why it gets none, as in its condition PodScheduled. */
  message?: string;
  /** Pods that are evicted to make room, and where. */
  preemption?: { node: string; victims: readonly string[] };
  nodes: readonly NodeVerdict[];
  /** Nodes of which nothing is told, because there are too many. */
  nodesLeftOut: number;
}

/** What an explanation is made with. */
export interface ExplainOptions {
  profile: Profile;
  turn: number;
  /** Lets others work for a moment. */
  pause(): Promise<void>;
}

const verdict = (plugin: string, rejection: Rejection | undefined): FilterVerdict =>
  rejection ? { plugin, passed: false, reasons: rejection.reasons } : { plugin, passed: true };

/** What every filter says of a node, also those that a cycle would not ask any more. */
function verdicts(pod: corev1.Pod, node: NodeInfo, filters: Filters, world: World): FilterVerdict[] {
  if (filters.preFilter) return [verdict(filters.preFilter.plugin ?? '', filters.preFilter)];
  if (filters.only && !filters.only.nodes.has(node.name)) return [verdict(filters.only.plugins.join(' '), leftOut(filters))];
  const trial = new Filtering(pod, world, filters).withNominated(node);
  return filters.active.map((plugin) => {
    const nominated = trial && plugin.filter?.(pod, trial.node, trial.filters.state, world);
    return verdict(plugin.name, nominated ?? plugin.filter?.(pod, node, filters.state, world));
  });
}

const scoresAt = (all: readonly PluginScores[], index: number): ScoreVerdict[] =>
  all.map(({ plugin, weight, scores }) => ({ plugin, score: scores[index] ?? 0, weight }));

function keyOf({ metadata }: corev1.Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Runs a cycle for the pod and tells what every plugin says of every node. Nothing is changed. */
export async function explainScheduling(pod: corev1.Pod, world: World, options: ExplainOptions): Promise<SchedulingExplanation> {
  const { profile, turn, pause } = options;
  const filters = prepareFilters(pod, world, profile);
  const found: NodeVerdict[] = [];
  for (const [index, node] of world.nodes.entries()) {
    if (index % NODES_AT_A_STRETCH === NODES_AT_A_STRETCH - 1) await pause();
    const all = verdicts(pod, node, filters, world);
    found.push({ node: node.name, feasible: all.every(({ passed }) => passed), filters: all });
  }
  const feasible = world.nodes.filter((_, index) => found[index]?.feasible);
  const scores = feasible.length > 0 ? pluginScores(pod, feasible, { world, state: filters.state, profile }) : [];
  const totals = totalScores(feasible, scores);
  const scored = new Map(feasible.map(({ name }, index) => [name, { scores: scoresAt(scores, index), total: totals[index] ?? 0 }]));
  await pause();
  const { node, failure } = runCycle(pod, world, profile, turn);
  const postFilter = failure && failure.nodes > 0 ? runPostFilters(pod, world, profile, { failure, offset: turn }) : undefined;
  const nodes = found
    .map((each): NodeVerdict => ({ ...each, ...scored.get(each.node) }))
    .sort((a, b) => Number(b.node === node?.name) - Number(a.node === node?.name) || (b.total ?? -1) - (a.total ?? -1));
  const { candidate } = postFilter ?? {};
  return {
    schedulerName: profile.schedulerName,
    ...(node && { node: node.name }),
    ...(failure && { message: failureMessage({ failure, postFilter }) }),
    ...(candidate && { preemption: { node: candidate.node.name, victims: candidate.victims.map(keyOf) } }),
    nodes: nodes.slice(0, MOST_NODES),
    nodesLeftOut: Math.max(0, nodes.length - MOST_NODES),
  };
}
