import { type corev1, Namespace } from '#api';
import type { Informers } from '#client';
import { type AffinityTerm, affinityTerms, termMatches } from '../affinity-terms.js';
import { DEFAULT_ARGS, type PluginArgs } from '../config/plugin-args.js';
import { TopologyCounts } from '../domain-counts.js';
import { MAX_SCORE, type Plugin, type PodChange, type StateData, unresolvable, unschedulable, type World } from '../framework.js';
import { type HintedChange, hint } from '../hints.js';
import { internedId } from '../interned-ids.js';
import type { NodeInfo } from '../node-info.js';
import { nodeAdded, nodeRelabelled, onNodes, onPods, podArrives, podLeaves, podRelabelled } from '../plugin-hints.js';

const EXISTING_ANTI = "node(s) didn't satisfy existing pods anti-affinity rules";
const NO_AFFINITY = "node(s) didn't match pod affinity rules";
const NO_ANTI = "node(s) didn't match pod anti-affinity rules";

/** Pods that match the required terms, by topology. */
class Hard implements StateData {
  readonly terms;

  constructor(
    private readonly pod: corev1.Pod,
    private readonly world: World,
    readonly affinityCounts = new TopologyCounts(),
    readonly antiCounts = new TopologyCounts(),
    readonly existingAnti = new TopologyCounts(),
  ) {
    this.terms = affinityTerms(pod);
  }

  clone(): Hard {
    return new Hard(this.pod, this.world, this.affinityCounts.clone(), this.antiCounts.clone(), this.existingAnti.clone());
  }

  /** Counts another pod whose anti-affinity matches this one. */
  countExisting({ other, node, sign }: PodChange): void {
    for (const term of affinityTerms(other).requiredAnti)
      if (termMatches(term, this.pod, this.world)) this.existingAnti.add(node.labels, term.topologyKey, sign);
  }

  /** Counts another pod that matches the terms of this one. */
  countOwn({ other, node, sign }: PodChange): void {
    const { required, requiredAnti } = this.terms;
    if (required.length > 0 && required.every((term) => termMatches(term, other, this.world)))
      for (const term of required) this.affinityCounts.add(node.labels, term.topologyKey, sign);
    for (const term of requiredAnti) if (termMatches(term, other, this.world)) this.antiCounts.add(node.labels, term.topologyKey, sign);
  }

  /** Affinity is satisfied if every term has a matching pod; the first pod of a group with affinity to itself is allowed. */
  affinityHolds({ labels }: NodeInfo): boolean {
    const { required } = this.terms;
    if (required.some(({ topologyKey }) => labels[topologyKey] === undefined)) return false;
    if (required.every(({ topologyKey }) => this.affinityCounts.of(labels, topologyKey) > 0)) return true;
    return this.affinityCounts.sum === 0 && required.every((term) => termMatches(term, this.pod, this.world));
  }
}

const hardKey = 'InterPodAffinity/hard';
const softKey = 'InterPodAffinity/soft';

/** What one node contributes: how many pods, by topology key. */
type Counts = ReadonlyArray<readonly [to: 'existing' | 'affinity' | 'anti', topologyKey: string, count: number]>;

/** What a pod looks like to the terms of others, and its own terms. */
function likenessOf({ metadata, spec }: corev1.Pod, { epoch }: World): string {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return JSON.stringify([epoch, metadata.namespace, metadata.labels, podAffinity, podAntiAffinity]);
}

function countNode(pod: corev1.Pod, world: World, node: NodeInfo): Counts | undefined {
  const one = new Hard(pod, world);
  const whole = one.terms.required.length > 0 || one.terms.requiredAnti.length > 0;
  for (const other of node.withAffinity) one.countExisting({ other, node, sign: 1 });
  if (whole) for (const other of node.pods.values()) one.countOwn({ other, node, sign: 1 });
  const counts = (to: Counts[number][0], from: TopologyCounts) => from.keys().map((key) => [to, key, from.of(node.labels, key)] as const);
  const all = [...counts('existing', one.existingAnti), ...counts('affinity', one.affinityCounts), ...counts('anti', one.antiCounts)];
  return all.length > 0 ? all : undefined;
}

const countHard = (pod: corev1.Pod, world: World): Hard =>
  world.tallies.of(internedId(`InterPodAffinity/hard ${likenessOf(pod, world)}`), {
    empty: () => new Hard(pod, world),
    of: (node) => countNode(pod, world, node),
    add(into, node, counts: Counts, sign) {
      const to = { existing: into.existingAnti, affinity: into.affinityCounts, anti: into.antiCounts };
      for (const [which, key, count] of counts) to[which].add(node.labels, key, sign * count);
    },
  });

type Args = PluginArgs['InterPodAffinity'];

function hasPreferences(pod: corev1.Pod): boolean {
  const { preferred, preferredAnti } = affinityTerms(pod);
  return preferred.length > 0 || preferredAnti.length > 0;
}

type Totals = ReadonlyMap<string, number>;

/** What one node contributes: the sum of the weights of terms that match, by topology key. */
function nodeTotals(pod: corev1.Pod, world: World, node: NodeInfo, { hardPodAffinityWeight }: Args): Totals | undefined {
  const totals = new Map<string, number>();
  const addAll = (terms: readonly AffinityTerm[], matched: corev1.Pod, times: number): void => {
    for (const term of terms)
      if (times !== 0 && node.labels[term.topologyKey] !== undefined && termMatches(term, matched, world))
        totals.set(term.topologyKey, (totals.get(term.topologyKey) ?? 0) + times * term.weight);
  };
  if (hasPreferences(pod)) {
    const { preferred, preferredAnti } = affinityTerms(pod);
    for (const other of node.pods.values()) {
      addAll(preferred, other, 1);
      addAll(preferredAnti, other, -1);
    }
  }
  for (const other of node.withAffinity) {
    const terms = affinityTerms(other);
    addAll(terms.required, pod, hardPodAffinityWeight);
    addAll(terms.preferred, pod, 1);
    addAll(terms.preferredAnti, pod, -1);
  }
  return totals.size > 0 ? totals : undefined;
}

/** The sums over all nodes, and how many nodes contribute. */
interface Soft extends StateData {
  totals: TopologyCounts;
  nodes: number;
}

const countSoft = (pod: corev1.Pod, world: World, args: Args): Soft =>
  world.tallies.of(internedId(`InterPodAffinity/soft ${args.hardPodAffinityWeight} ${likenessOf(pod, world)}`), {
    empty: (): Soft => ({ totals: new TopologyCounts(), nodes: 0 }),
    of: (node) => nodeTotals(pod, world, node, args),
    add(into, node, totals: Totals, sign) {
      into.nodes += sign;
      for (const [key, sum] of totals) into.totals.add(node.labels, key, sign * sum);
    },
  });

const concerns = (pod: corev1.Pod, world: World): boolean =>
  pod.spec.affinity?.podAffinity !== undefined || pod.spec.affinity?.podAntiAffinity !== undefined || world.withAffinity.size > 0;

/** Whether a pod comes, goes or is relabelled that was missing or in the way (isSchedulableAfterPodChange). */
function podMatters(pod: corev1.Pod, change: HintedChange<corev1.Pod>, informers: Informers): boolean {
  const { object, old } = change;
  const matches = (term: AffinityTerm, other: corev1.Pod): boolean => termMatches(term, other, { informers });
  const { required, requiredAnti } = affinityTerms(pod);
  const all = (other: corev1.Pod): boolean => required.length > 0 && required.every((term) => matches(term, other));
  if (podLeaves(change)) {
    const theirs = affinityTerms(object).requiredAnti;
    return requiredAnti.some((term) => matches(term, object)) || theirs.some((term) => matches(term, pod));
  }
  if (!old || podArrives(change)) return all(object);
  return (all(object) && !all(old)) || requiredAnti.some((term) => matches(term, old) && !matches(term, object));
}

/**
 * Whether a node comes that has the topology of a term, or changes it (isSchedulableAfterNodeChange). A pod without terms was rejected
 * because of those of others: any node may help it.
 */
function nodeMatters(pod: corev1.Pod, { object, old }: HintedChange<corev1.Node>): boolean {
  const { required, requiredAnti } = affinityTerms(pod);
  if (required.length === 0 && requiredAnti.length === 0) return true;
  const domain = ({ metadata }: corev1.Node, { topologyKey }: AffinityTerm) => metadata.labels?.[topologyKey];
  if (!old) return requiredAnti.length > 0 || required.some((term) => domain(object, term) !== undefined);
  const moved = (term: AffinityTerm): boolean => domain(object, term) !== domain(old, term);
  if (required.some((term) => domain(object, term) !== undefined && moved(term))) return true;
  return requiredAnti.some((term) => domain(old, term) !== undefined && moved(term));
}

function withArgs(args: Args): Plugin {
  return {
    name: 'InterPodAffinity',
    hints: [onPods([podArrives, podLeaves, podRelabelled], podMatters), onNodes([nodeAdded, nodeRelabelled], nodeMatters), hint(Namespace)],
    preFilter(pod, world, state) {
      if (!concerns(pod, world)) return { skip: true };
      const hard = countHard(pod, world);
      const { required, requiredAnti } = hard.terms;
      state.write(hardKey, hard);
      return required.length === 0 && requiredAnti.length === 0 && hard.existingAnti.sum === 0 ? { skip: true } : undefined;
    },
    adjust(_pod, change, state) {
      const hard = state.read<Hard>(hardKey);
      hard.countExisting(change);
      hard.countOwn(change);
    },
    filter(_pod, node, state) {
      const hard = state.read<Hard>(hardKey);
      const { required, requiredAnti } = hard.terms;
      if (required.length > 0 && !hard.affinityHolds(node)) return unresolvable(NO_AFFINITY);
      if (requiredAnti.some(({ topologyKey }) => hard.antiCounts.of(node.labels, topologyKey) > 0)) return unschedulable(NO_ANTI);
      return hard.existingAnti.total(node.labels) > 0 ? unschedulable(EXISTING_ANTI) : undefined;
    },
    preScore(pod, _nodes, state, world) {
      if (!concerns(pod, world) || (args.ignorePreferredTermsOfExistingPods && !hasPreferences(pod))) return true;
      const soft = countSoft(pod, world, args);
      state.write(softKey, soft);
      return soft.nodes === 0;
    },
    score: (_pod, node, state) => state.read<Soft>(softKey).totals.total(node.labels),
    normalize(scores) {
      let most = Number.NEGATIVE_INFINITY;
      let least = Number.POSITIVE_INFINITY;
      for (const score of scores) {
        most = Math.max(most, score);
        least = Math.min(least, score);
      }
      for (let index = 0; index < scores.length; index++)
        scores[index] = most > least ? Math.trunc(MAX_SCORE * (((scores[index] ?? 0) - least) / (most - least))) : 0;
    },
  };
}

/** Pod affinity and anti-affinity. */
export const interPodAffinity: Plugin = {
  ...withArgs(DEFAULT_ARGS.InterPodAffinity),
  open: ({ args }) => withArgs(args.InterPodAffinity),
};
