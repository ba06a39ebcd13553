import { podPriority } from '#component-helpers';
import type { PluginArgs } from '../config/plugin-args.js';
import type { Filtering } from '../filters.js';
import type { Candidate, Rejection } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import { earliestStart } from './importance.js';
import { selectVictims } from './victims.js';

/** Where a search for candidates starts, and how many are enough: a percentage of the potential nodes, and a minimum. */
export interface Search extends Readonly<PluginArgs['DefaultPreemption']> {
  offset: number;
}

/**
 * Looks for nodes where evicting pods helps, from `offset` on, until there are enough, including one where no disruption budget is violated
 * (DryRunPreemption). `rejections`: why the other nodes do not help.
 */
export function findCandidates(
  filtering: Filtering,
  nodes: readonly NodeInfo[],
  { offset, minCandidateNodesPercentage, minCandidateNodesAbsolute }: Search,
): { candidates: Candidate[]; rejections: Map<string, Rejection> } {
  const enough = Math.min(
    nodes.length,
    Math.max(minCandidateNodesAbsolute, Math.floor((nodes.length * minCandidateNodesPercentage) / 100)),
  );
  const harmless: Candidate[] = [];
  const violating: Candidate[] = [];
  const rejections = new Map<string, Rejection>();
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[(offset + index) % nodes.length];
    if (!node) continue;
    const victims = selectVictims(filtering, node);
    if ('reasons' in victims) {
      rejections.set(node.name, victims);
      continue;
    }
    const { pods, violations } = victims;
    (violations === 0 ? harmless : violating).push({ node, victims: pods, violations });
    if (harmless.length > 0 && harmless.length + violating.length >= enough) break;
  }
  return { candidates: [...harmless, ...violating], rejections };
}

type Cost = readonly [violations: number, highest: number, sum: number, victims: number];

function costOf({ victims, violations }: Candidate): Cost {
  const [first] = victims;
  // 2^31 is added to each priority, so that a few victims with negative priority count less than many.
  const sum = victims.reduce((total, victim) => total + podPriority(victim) + 2 ** 31, 0);
  return [violations, first ? podPriority(first) : 0, sum, victims.length];
}

function compareCosts(a: Cost, b: Cost): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

/**
 * Fewest violated budgets, lowest priority of the first victim, lowest sum of priorities, fewest victims, latest start of the most
 * important ones, then the first (pickOneNodeForPreemption).
 */
export function pickCandidate(candidates: readonly Candidate[]): Candidate | undefined {
  const rated = candidates.map((candidate) => ({ candidate, cost: costOf(candidate), start: earliestStart(candidate.victims) }));
  const [first, ...rest] = rated;
  if (!first) return undefined;
  return rest.reduce((best, next) => {
    const order = compareCosts(next.cost, best.cost);
    return order < 0 || (order === 0 && next.start > best.start) ? next : best;
  }, first).candidate;
}
