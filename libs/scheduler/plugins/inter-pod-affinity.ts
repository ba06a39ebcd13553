import { type corev1, Namespace } from '#api';
import { type LabelSelector, labelSelectorAsSelector } from '#apimachinery';
import { type CycleState, MAX_SCORE, type Plugin, unresolvable, unschedulable, type World } from '../framework.js';
import type { NodeInfo } from '../node-info.js';

const EXISTING_ANTI = "node(s) didn't satisfy existing pods anti-affinity rules";
const NO_AFFINITY = "node(s) didn't match pod affinity rules";
const NO_ANTI = "node(s) didn't match pod anti-affinity rules";

/** A term made ready for matching. */
interface Term {
  topologyKey: string;
  weight: number;
  matches(pod: corev1.Pod): boolean;
}

function namespacesOf(pod: corev1.Pod, term: corev1.PodAffinityTerm, world: World): (namespace: string | undefined) => boolean {
  const { namespaces = [], namespaceSelector } = term;
  if (namespaces.length === 0 && !namespaceSelector) return (namespace) => namespace === pod.metadata.namespace;
  const selector: LabelSelector | undefined = namespaceSelector && labelSelectorAsSelector(namespaceSelector);
  return (namespace) =>
    namespace !== undefined &&
    (namespaces.includes(namespace) || (selector?.matches(world.informers.of(Namespace).get(namespace)?.metadata.labels) ?? false));
}

function ready(pod: corev1.Pod, term: corev1.PodAffinityTerm, weight: number, world: World): Term {
  const selector = labelSelectorAsSelector(term.labelSelector);
  const inNamespace = namespacesOf(pod, term, world);
  return {
    topologyKey: term.topologyKey,
    weight,
    matches: (other) => inNamespace(other.metadata.namespace) && selector.matches(other.metadata.labels),
  };
}

const required = (pod: corev1.Pod, which: 'podAffinity' | 'podAntiAffinity', world: World): Term[] =>
  (pod.spec.affinity?.[which]?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => ready(pod, term, 1, world));

const preferred = (pod: corev1.Pod, which: 'podAffinity' | 'podAntiAffinity', world: World): Term[] =>
  (pod.spec.affinity?.[which]?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) =>
    ready(pod, podAffinityTerm, weight, world),
  );

/** Counts by topology key and value. */
class Domains {
  private readonly counts = new Map<string, number>();

  add(node: NodeInfo, topologyKey: string, amount: number): void {
    const value = node.labels[topologyKey];
    if (value === undefined) return;
    const key = `${topologyKey}=${value}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + amount);
  }

  of(node: NodeInfo, topologyKey: string): number {
    const value = node.labels[topologyKey];
    return value === undefined ? 0 : (this.counts.get(`${topologyKey}=${value}`) ?? 0);
  }

  get size(): number {
    return this.counts.size;
  }

  /** Sum over every key the node has. */
  total(node: NodeInfo): number {
    let sum = 0;
    for (const [key, count] of this.counts) {
      const cut = key.indexOf('=');
      if (node.labels[key.slice(0, cut)] === key.slice(cut + 1)) sum += count;
    }
    return sum;
  }
}

interface Hard {
  affinity: Term[];
  anti: Term[];
  affinityCounts: Domains;
  antiCounts: Domains;
  existingAnti: Domains;
}

const hardKey = 'InterPodAffinity/hard';
const softKey = 'InterPodAffinity/soft';

function countHard(pod: corev1.Pod, world: World): Hard {
  const hard: Hard = {
    affinity: required(pod, 'podAffinity', world),
    anti: required(pod, 'podAntiAffinity', world),
    affinityCounts: new Domains(),
    antiCounts: new Domains(),
    existingAnti: new Domains(),
  };
  for (const node of world.nodes) {
    for (const other of node.withAffinity) {
      for (const term of required(other, 'podAntiAffinity', world)) if (term.matches(pod)) hard.existingAnti.add(node, term.topologyKey, 1);
    }
    if (hard.affinity.length === 0 && hard.anti.length === 0) continue;
    for (const other of node.pods.values()) {
      if (hard.affinity.length > 0 && hard.affinity.every((term) => term.matches(other)))
        for (const term of hard.affinity) hard.affinityCounts.add(node, term.topologyKey, 1);
      for (const term of hard.anti) if (term.matches(other)) hard.antiCounts.add(node, term.topologyKey, 1);
    }
  }
  return hard;
}

/** Affinity holds where every term has a matching pod; the first of a series that asks for its own kind is let in. */
function affinityHolds(pod: corev1.Pod, node: NodeInfo, { affinity, affinityCounts }: Hard): boolean {
  if (affinity.some(({ topologyKey }) => node.labels[topologyKey] === undefined)) return false;
  if (affinity.every(({ topologyKey }) => affinityCounts.of(node, topologyKey) > 0)) return true;
  return affinityCounts.size === 0 && affinity.every((term) => term.matches(pod));
}

function countSoft(pod: corev1.Pod, world: World): Domains {
  const totals = new Domains();
  const wanted = preferred(pod, 'podAffinity', world);
  const unwanted = preferred(pod, 'podAntiAffinity', world);
  const addAll = (terms: readonly Term[], other: corev1.Pod, node: NodeInfo, sign: number): void => {
    for (const term of terms) if (term.matches(other)) totals.add(node, term.topologyKey, sign * term.weight);
  };
  for (const node of world.nodes) {
    if (wanted.length > 0 || unwanted.length > 0) {
      for (const other of node.pods.values()) {
        addAll(wanted, other, node, 1);
        addAll(unwanted, other, node, -1);
      }
    }
    for (const other of node.withAffinity) {
      addAll(required(other, 'podAffinity', world), pod, node, 1);
      addAll(preferred(other, 'podAffinity', world), pod, node, 1);
      addAll(preferred(other, 'podAntiAffinity', world), pod, node, -1);
    }
  }
  return totals;
}

const concerns = (pod: corev1.Pod, world: World): boolean =>
  pod.spec.affinity?.podAffinity !== undefined ||
  pod.spec.affinity?.podAntiAffinity !== undefined ||
  world.nodes.some((node) => node.withAffinity.size > 0);

/** Pods near to, or far from, other pods. */
export const interPodAffinity: Plugin = {
  name: 'InterPodAffinity',
  preFilter(pod, world, state: CycleState) {
    if (!concerns(pod, world)) return { skip: true };
    state.set(hardKey, countHard(pod, world));
    return undefined;
  },
  filter(pod, node, state) {
    const hard = state.get(hardKey) as Hard;
    if (hard.affinity.length > 0 && !affinityHolds(pod, node, hard)) return unresolvable(NO_AFFINITY);
    if (hard.anti.some(({ topologyKey }) => hard.antiCounts.of(node, topologyKey) > 0)) return unschedulable(NO_ANTI);
    if (hard.existingAnti.total(node) > 0) return unschedulable(EXISTING_ANTI);
    return undefined;
  },
  preScore(pod, _nodes, state, world) {
    if (!concerns(pod, world)) return true;
    const totals = countSoft(pod, world);
    state.set(softKey, totals);
    return totals.size === 0;
  },
  score: (_pod, node, state) => (state.get(softKey) as Domains).total(node),
  normalize(scores) {
    const most = Math.max(...scores);
    const least = Math.min(...scores);
    for (const [index, score] of scores.entries())
      scores[index] = most > least ? Math.trunc((MAX_SCORE * (score - least)) / (most - least)) : 0;
  },
};
