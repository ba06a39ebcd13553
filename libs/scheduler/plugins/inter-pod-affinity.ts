import type { corev1 } from '#api';
import { type AffinityTerm, affinityTerms, termMatches } from '../affinity-terms.js';
import { TopologyCounts } from '../domain-counts.js';
import { MAX_SCORE, type Plugin, type PodChange, type StateData, unresolvable, unschedulable, type World } from '../framework.js';
import type { NodeInfo } from '../node-info.js';

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

function countHard(pod: corev1.Pod, world: World): Hard {
  const hard = new Hard(pod, world);
  const { required, requiredAnti } = hard.terms;
  for (const node of world.nodes) {
    for (const other of node.withAffinity) hard.countExisting({ other, node, sign: 1 });
    if (required.length === 0 && requiredAnti.length === 0) continue;
    for (const other of node.pods.values()) hard.countOwn({ other, node, sign: 1 });
  }
  return hard;
}

function countSoft(pod: corev1.Pod, world: World): TopologyCounts {
  const totals = new TopologyCounts();
  const { preferred, preferredAnti } = affinityTerms(pod);
  const addAll = (terms: readonly AffinityTerm[], other: corev1.Pod, node: NodeInfo, sign: 1 | -1): void => {
    for (const term of terms) if (termMatches(term, other, world)) totals.add(node.labels, term.topologyKey, sign * term.weight);
  };
  for (const node of world.nodes) {
    if (preferred.length > 0 || preferredAnti.length > 0) {
      for (const other of node.pods.values()) {
        addAll(preferred, other, node, 1);
        addAll(preferredAnti, other, node, -1);
      }
    }
    for (const other of node.withAffinity) {
      const terms = affinityTerms(other);
      addAll(terms.required, pod, node, 1);
      addAll(terms.preferred, pod, node, 1);
      addAll(terms.preferredAnti, pod, node, -1);
    }
  }
  return totals;
}

const concerns = (pod: corev1.Pod, world: World): boolean =>
  pod.spec.affinity?.podAffinity !== undefined ||
  pod.spec.affinity?.podAntiAffinity !== undefined ||
  world.nodes.some((node) => node.withAffinity.size > 0);

/** Pod affinity and anti-affinity. */
export const interPodAffinity: Plugin = {
  name: 'InterPodAffinity',
  preFilter(pod, world, state) {
    if (!concerns(pod, world)) return { skip: true };
    state.write(hardKey, countHard(pod, world));
    return undefined;
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
    const totals = countSoft(pod, world);
    state.write(softKey, totals);
    return totals.empty;
  },
  score: (_pod, node, state) => state.read<TopologyCounts>(softKey).total(node.labels),
  normalize(scores) {
    const most = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const least = scores.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    for (const [index, score] of scores.entries())
      scores[index] = most > least ? Math.trunc((MAX_SCORE * (score - least)) / (most - least)) : 0;
  },
};
