import type { corev1 } from '#api';
import { preferredNodeScore, requiredNodeAffinity } from '#component-helpers';
import { normalizeByMax, type Plugin, unresolvable } from '../framework.js';

const MISMATCH = "node(s) didn't match Pod's node affinity/selector";

/** The only node name that all field requirements of a term allow; undefined if they contradict each other. */
function namesOf(sets: ReadonlyArray<readonly string[]>): readonly string[] {
  const [first = [], ...rest] = sets;
  return rest.reduce<readonly string[]>((names, set) => {
    const allowed = new Set(set);
    return names.filter((name) => allowed.has(name));
  }, first);
}

/** The node names that the terms' field selectors allow; undefined if they allow all. */
function namedNodes(terms: readonly corev1.NodeSelectorTerm[] | undefined): Set<string> | undefined {
  if (!terms || terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const sets = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In').map(({ values = [] }) => values);
    if (sets.length === 0) return undefined;
    for (const name of namesOf(sets)) names.add(name);
  }
  return names;
}

const preferences = (pod: corev1.Pod): readonly corev1.PreferredSchedulingTerm[] =>
  pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

/** nodeSelector and node affinity: required terms filter, preferred ones score. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  preFilter(pod) {
    const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (!required && !pod.spec.nodeSelector) return { skip: true };
    const only = namedNodes(required?.nodeSelectorTerms);
    if (only?.size === 0) return { rejection: unresolvable('pod affinity terms conflict') };
    return only ? { only } : undefined;
  },
  filter: (pod, { node }) => (requiredNodeAffinity(pod.spec)(node) ? undefined : unresolvable(MISMATCH)),
  preScore: (pod) => preferences(pod).length === 0,
  score: (pod, { node }) => preferredNodeScore(preferences(pod), node),
  normalize: (scores) => normalizeByMax(scores, false),
};
