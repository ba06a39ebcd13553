import { type corev1, Namespace } from '#api';
import type { Informers } from '#client';
import { type AffinityTerm, affinityTerms, termMatches } from '../affinity-terms.js';
import { DEFAULT_ARGS, type PluginArgs } from '../config/plugin-args.js';
import { TopologyCounts } from '../domain-counts.js';
import { MAX_SCORE, type Plugin, type PodChange, type StateData, unresolvable, unschedulable, type World } from '../framework.js';
import { hint } from '../hints.js';
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

/** Counts per node, which are kept until its pods change: most pods of a cluster look alike to affinity terms. */
type Counts = ReadonlyArray<readonly [to: 'existing' | 'affinity' | 'anti', topologyKey: string, count: number]>;

/** What a pod looks like to the terms of others, and its own terms. */
function likenessOf({ metadata, spec }: corev1.Pod, { epoch }: World): string {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return JSON.stringify([epoch, metadata.namespace, metadata.labels, podAffinity, podAntiAffinity]);
}

/** Adds what one node contributes. */
function countNode(pod: corev1.Pod, world: World, node: NodeInfo, whole: boolean): Counts {
  const one = new Hard(pod, world);
  for (const other of node.withAffinity) one.countExisting({ other, node, sign: 1 });
  if (whole) for (const other of node.pods.values()) one.countOwn({ other, node, sign: 1 });
  const counts = (to: Counts[number][0], from: TopologyCounts) => from.keys().map((key) => [to, key, from.of(node.labels, key)] as const);
  return [...counts('existing', one.existingAnti), ...counts('affinity', one.affinityCounts), ...counts('anti', one.antiCounts)];
}

function countHard(pod: corev1.Pod, world: World): Hard {
  const hard = new Hard(pod, world);
  const { required, requiredAnti } = hard.terms;
  const whole = required.length > 0 || requiredAnti.length > 0;
  const id = internedId(`InterPodAffinity/hard ${likenessOf(pod, world)}`);
  const into = { existing: hard.existingAnti, affinity: hard.affinityCounts, anti: hard.antiCounts };
  for (const node of whole ? world.nodes : world.withAffinity) {
    const counts = node.derived(id, () => countNode(pod, world, node, whole));
    for (const [to, key, count] of counts) into[to].add(node.labels, key, count);
  }
  return hard;
}

type Args = PluginArgs['InterPodAffinity'];

function nodeTotals(pod: corev1.Pod, world: World, node: NodeInfo, args: Args): ReadonlyArray<readonly [topologyKey: string, sum: number]> {
  const totals = new Map<string, number>();
  const addAll = (terms: readonly AffinityTerm[], matched: corev1.Pod, times: number): void => {
    for (const term of terms)
      if (times !== 0 && termMatches(term, matched, world))
        totals.set(term.topologyKey, (totals.get(term.topologyKey) ?? 0) + times * term.weight);
  };
  const { preferred, preferredAnti } = affinityTerms(pod);
  if (preferred.length > 0 || preferredAnti.length > 0)
    for (const other of node.pods.values()) {
      addAll(preferred, other, 1);
      addAll(preferredAnti, other, -1);
    }
  for (const other of node.withAffinity) {
    const terms = affinityTerms(other);
    addAll(terms.required, pod, args.hardPodAffinityWeight);
    if (args.ignorePreferredTermsOfExistingPods) continue;
    addAll(terms.preferred, pod, 1);
    addAll(terms.preferredAnti, pod, -1);
  }
  return [...totals];
}

function countSoft(pod: corev1.Pod, world: World, args: Args): TopologyCounts {
  const totals = new TopologyCounts();
  const { preferred, preferredAnti } = affinityTerms(pod);
  const { hardPodAffinityWeight: weight, ignorePreferredTermsOfExistingPods: ignores } = args;
  const id = internedId(`InterPodAffinity/soft ${weight} ${ignores} ${likenessOf(pod, world)}`);
  for (const node of preferred.length > 0 || preferredAnti.length > 0 ? world.nodes : world.withAffinity)
    for (const [key, sum] of node.derived(id, () => nodeTotals(pod, world, node, args))) totals.add(node.labels, key, sum);
  return totals;
}

const concerns = (pod: corev1.Pod, world: World): boolean =>
  pod.spec.affinity?.podAffinity !== undefined || pod.spec.affinity?.podAntiAffinity !== undefined || world.withAffinity.size > 0;

/** Whether another pod is one that the terms of either speak of. */
function isOfInterest(pod: corev1.Pod, other: corev1.Pod, informers: Informers): boolean {
  const { required, requiredAnti } = affinityTerms(pod);
  const matches = (term: AffinityTerm, matched: corev1.Pod): boolean => termMatches(term, matched, { informers });
  if ([...required, ...requiredAnti].some((term) => matches(term, other))) return true;
  return affinityTerms(other).requiredAnti.some((term) => matches(term, pod));
}

function withArgs(args: Args): Plugin {
  return {
    name: 'InterPodAffinity',
    hints: [
      onPods([podArrives, podLeaves, podRelabelled], (pod, { object, old }, informers) =>
        [object, ...(old ? [old] : [])].some((other) => isOfInterest(pod, other, informers)),
      ),
      onNodes([nodeAdded, nodeRelabelled]),
      hint(Namespace),
    ],
    preFilter(pod, world, state) {
      if (!concerns(pod, world)) return { skip: true };
      const hard = countHard(pod, world);
      const { required, requiredAnti } = hard.terms;
      state.write(hardKey, hard);
      return required.length === 0 && requiredAnti.length === 0 && hard.existingAnti.empty ? { skip: true } : undefined;
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
      if (!concerns(pod, world)) return true;
      const totals = countSoft(pod, world, args);
      state.write(softKey, totals);
      return totals.empty;
    },
    score: (_pod, node, state) => state.read<TopologyCounts>(softKey).total(node.labels),
    normalize(scores) {
      let most = Number.NEGATIVE_INFINITY;
      let least = Number.POSITIVE_INFINITY;
      for (const score of scores) {
        most = Math.max(most, score);
        least = Math.min(least, score);
      }
      for (let index = 0; index < scores.length; index++)
        scores[index] = most > least ? Math.trunc((MAX_SCORE * ((scores[index] ?? 0) - least)) / (most - least)) : 0;
    },
  };
}

/** Pod affinity and anti-affinity. */
export const interPodAffinity: Plugin = {
  ...withArgs(DEFAULT_ARGS.InterPodAffinity),
  open: ({ args }) => withArgs(args.InterPodAffinity),
};
