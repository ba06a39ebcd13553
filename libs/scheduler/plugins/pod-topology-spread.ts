import type { corev1 } from '#api';
import { DEFAULT_ARGS, type PluginArgs } from '../config/plugin-args.js';
import { DomainCounts } from '../domain-counts.js';
import { MAX_SCORE, type Plugin, type PodChange, type StateData, unresolvable, unschedulable, type World } from '../framework.js';
import type { HintedChange } from '../hints.js';
import { internedId } from '../interned-ids.js';
import type { NodeInfo } from '../node-info.js';
import { nodeAdded, nodeRelabelled, nodeTaintsChanged, onNodes, onPods, podArrives, podLeaves, podRelabelled } from '../plugin-hints.js';
import {
  type Constraint,
  constraintsOf,
  HOSTNAME,
  hasKeys,
  includes,
  isSystemDefaulted,
  matching,
  type SpreadAction,
  selects,
} from '../spread-constraints.js';

const NO_MATCH = "node(s) didn't match pod topology spread constraints";
const NO_LABEL = `${NO_MATCH} (missing required label)`;

interface Counted {
  constraint: Constraint;
  /** Matching pods by value of the topology key. */
  counts: DomainCounts;
}

/** What is counted: over the nodes that have every topology key, or each constraint's; by host, too, or not. */
interface Scope {
  everyKey: boolean;
  hosts: boolean;
}

/** What one node contributes: the number of matching pods by constraint; undefined where it is no domain. */
type Matches = ReadonlyArray<number | undefined>;

function countNode(pod: corev1.Pod, node: NodeInfo, constraints: readonly Constraint[], { everyKey, hosts }: Scope): Matches | undefined {
  if (everyKey && !hasKeys(node, constraints)) return undefined;
  return constraints.map((constraint) => {
    const { topologyKey } = constraint;
    const isDomain = node.labels[topologyKey] !== undefined && (hosts || topologyKey !== HOSTNAME) && includes(pod, node, constraint);
    return isDomain ? matching(pod, node, constraint) : undefined;
  });
}

/** A text that is the same for pods and constraints that the same is counted for. */
function countedId({ spec }: corev1.Pod, constraints: readonly Constraint[], { everyKey, hosts }: Scope): number {
  const ids = constraints.map(({ id, topologyKey, honorAffinity, honorTaints }) => [id, topologyKey, honorAffinity, honorTaints]);
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const nodes = constraints.some(({ honorAffinity }) => honorAffinity) ? [spec.nodeSelector, required] : [];
  const tolerations = constraints.some(({ honorTaints }) => honorTaints) ? spec.tolerations : undefined;
  return internedId(`PodTopologySpread ${JSON.stringify([everyKey, hosts, ids, nodes, tolerations])}`);
}

/** Counts matching pods by domain. */
function count(pod: corev1.Pod, { tallies }: World, constraints: readonly Constraint[], scope: Scope): Counted[] {
  const tally = tallies.of(countedId(pod, constraints, scope), {
    empty: () => constraints.map(() => new DomainCounts()),
    of: (node) => countNode(pod, node, constraints, scope),
    add(into, node, matches: Matches, sign) {
      for (let index = 0; index < constraints.length; index++) {
        const found = matches[index];
        const { topologyKey } = constraints[index] as Constraint;
        if (found !== undefined) into[index]?.add(node.labels[topologyKey] ?? '', sign * found);
      }
    },
  });
  return constraints.map((constraint, index) => ({ constraint, counts: tally[index] ?? new DomainCounts() }));
}

/** The hard constraints, with the counted pods. */
class Hard implements StateData {
  constructor(readonly constraints: ReadonlyArray<Counted & { self: number }>) {}

  clone(): Hard {
    return new Hard(this.constraints.map((counted) => ({ ...counted, counts: counted.counts.clone() })));
  }

  adjust(pod: corev1.Pod, { other, node, sign }: PodChange): void {
    const all = this.constraints.map(({ constraint }) => constraint);
    if (!hasKeys(node, all)) return;
    for (const { constraint, counts } of this.constraints) {
      if (!selects(pod, other, constraint.selector) || !includes(pod, node, constraint)) continue;
      counts.add(node.labels[constraint.topologyKey] ?? '', sign);
    }
  }
}

const hardKey = 'PodTopologySpread/hard';
const softKey = 'PodTopologySpread/soft';

interface Soft extends StateData {
  counted: readonly Counted[];
  weights: number[];
  ignored: ReadonlySet<NodeInfo>;
}

/** The number of domains that nodes are in; those without the label are one. */
const domainsOf = (nodes: readonly NodeInfo[], topologyKey: string): number =>
  new Set(nodes.map(({ labels }) => labels[topologyKey] ?? '')).size;

/** What scores need: the matching pods in each domain, and how much each constraint counts (initPreScoreState, PreScore). */
function softOf(
  pod: corev1.Pod,
  nodes: readonly NodeInfo[],
  all: readonly Constraint[],
  { world, everyKey }: { world: World; everyKey: boolean },
): Soft {
  const ignored = new Set(everyKey ? nodes.filter((node) => !hasKeys(node, all)) : []);
  const scored = ignored.size === 0 ? nodes : nodes.filter((node) => !ignored.has(node));
  const weightOf = ({ topologyKey }: Constraint): number =>
    Math.log((topologyKey === HOSTNAME ? scored.length : domainsOf(scored, topologyKey)) + 2);
  return { counted: count(pod, world, all, { everyKey, hosts: false }), ignored, weights: all.map(weightOf) };
}

function spreadScore(pod: corev1.Pod, node: NodeInfo, { counted, weights, ignored }: Soft): number {
  if (ignored.size > 0 && ignored.has(node)) return Number.NaN;
  let score = 0;
  for (let index = 0; index < counted.length; index++) {
    const { constraint, counts } = counted[index] as Counted;
    const domain = node.labels[constraint.topologyKey];
    if (domain === undefined) continue;
    const there = constraint.topologyKey === HOSTNAME ? matching(pod, node, constraint) : counts.of(domain);
    score += there * (weights[index] ?? 0) + (constraint.maxSkew - 1);
  }
  return Math.round(score);
}

/** The fewer matching pods the better; nodes that are ignored get nothing. */
function normalize(scores: number[]): void {
  let most = 0;
  let least = Number.MAX_SAFE_INTEGER;
  for (const score of scores) {
    if (Number.isNaN(score)) continue;
    most = Math.max(most, score);
    least = Math.min(least, score);
  }
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] ?? 0;
    if (Number.isNaN(score)) scores[index] = 0;
    else scores[index] = most === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (most + least - score)) / most);
  }
}

/** Whether a pod comes, goes or is relabelled that counts for one of the constraints (isSchedulableAfterPodChange). */
function podMatters(pod: corev1.Pod, change: HintedChange<corev1.Pod>, constraints: readonly Constraint[]): boolean {
  const { object, old } = change;
  if (object.metadata.namespace !== pod.metadata.namespace) return false;
  const { labels } = object.metadata;
  if (!podRelabelled(change) || podArrives(change)) return constraints.some(({ selector }) => selector.matches(labels));
  return constraints.some(({ selector }) => selector.matches(old?.metadata.labels) !== selector.matches(labels));
}

/** Whether a node that has all topology keys comes, goes, or changes its domain or taints (isSchedulableAfterNodeChange). */
function nodeMatters({ object, old, deleted }: HintedChange<corev1.Node>, constraints: readonly Constraint[]): boolean {
  const labelsOf = ({ metadata }: corev1.Node): Record<string, string> => metadata.labels ?? {};
  const counts = hasKeys({ labels: labelsOf(object) }, constraints);
  if (!old || deleted) return counts;
  if (hasKeys({ labels: labelsOf(old) }, constraints) !== counts) return true;
  const moved = constraints.some(({ topologyKey }) => labelsOf(old)[topologyKey] !== labelsOf(object)[topologyKey]);
  return counts && (moved || nodeTaintsChanged({ object, old, deleted }));
}

function withArgs(args: PluginArgs['PodTopologySpread']): Plugin {
  const of = (pod: corev1.Pod, action: SpreadAction, { informers }: Pick<World, 'informers'>) =>
    constraintsOf(pod, action, { args, informers });
  return {
    name: 'PodTopologySpread',
    hints: [
      onPods([podArrives, podLeaves, podRelabelled], (pod, change, informers) =>
        podMatters(pod, change, of(pod, 'DoNotSchedule', { informers })),
      ),
      onNodes([nodeAdded, nodeRelabelled, nodeTaintsChanged, ({ deleted }) => deleted], (pod, change, informers) =>
        nodeMatters(change, of(pod, 'DoNotSchedule', { informers })),
      ),
    ],
    preFilter(pod, world, state) {
      const constraints = of(pod, 'DoNotSchedule', world);
      if (constraints.length === 0) return { skip: true };
      const self = ({ selector }: Constraint): number => (selector.matches(pod.metadata.labels) ? 1 : 0);
      const counted = count(pod, world, constraints, { everyKey: true, hosts: true });
      state.write(hardKey, new Hard(counted.map((each) => ({ ...each, self: self(each.constraint) }))));
      return undefined;
    },
    adjust: (pod, change, state) => state.read<Hard>(hardKey).adjust(pod, change),
    filter(_pod, node, state) {
      for (const { constraint, counts, self } of state.read<Hard>(hardKey).constraints) {
        const domain = node.labels[constraint.topologyKey];
        if (domain === undefined) return unresolvable(NO_LABEL);
        const least = counts.size < constraint.minDomains ? 0 : counts.min();
        if (counts.of(domain) + self - least > constraint.maxSkew) return unschedulable(NO_MATCH);
      }
      return undefined;
    },
    preScore(pod, nodes, state, world) {
      const constraints = of(pod, 'ScheduleAnyway', world);
      if (constraints.length === 0) return true;
      state.write(softKey, softOf(pod, nodes, constraints, { world, everyKey: !isSystemDefaulted(pod, args) }));
      return false;
    },
    score: (pod, node, state) => spreadScore(pod, node, state.read<Soft>(softKey)),
    normalize,
  };
}

/** Spreads pods over zones, hosts or other domains: hard constraints filter, soft ones score. */
export const podTopologySpread: Plugin = {
  ...withArgs(DEFAULT_ARGS.PodTopologySpread),
  open: ({ args }) => withArgs(args.PodTopologySpread),
};
