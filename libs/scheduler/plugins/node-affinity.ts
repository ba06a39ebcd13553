import type { corev1 } from '#api';
import { normalizeByMax, type Plugin, unresolvable } from '../framework.js';
import { matchesPod, matchesTerm } from './node-selector.js';

const MISMATCH = "node(s) didn't match Pod's node affinity/selector";

/** Node names that the terms' field selectors leave; undefined where they leave all. */
function namedNodes(terms: readonly corev1.NodeSelectorTerm[] | undefined): Set<string> | undefined {
  if (!terms || terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const sets = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In').map(({ values = [] }) => values);
    const [first, ...rest] = sets;
    if (!first) return undefined;
    for (const name of first) if (rest.every((set) => set.includes(name))) names.add(name);
  }
  return names;
}

const preferences = (pod: corev1.Pod): readonly corev1.PreferredSchedulingTerm[] =>
  pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

/** nodeSelector and node affinity: what is required filters, what is preferred scores. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  preFilter(pod) {
    const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (!required && !pod.spec.nodeSelector) return { skip: true };
    const only = namedNodes(required?.nodeSelectorTerms);
    if (only?.size === 0) return { rejection: unresolvable('pod affinity terms conflict') };
    return only ? { only } : undefined;
  },
  filter: (pod, node) => (matchesPod(node, pod) ? undefined : unresolvable(MISMATCH)),
  preScore: (pod) => preferences(pod).length === 0,
  score: (pod, node) => preferences(pod).reduce((sum, { weight, preference }) => sum + (matchesTerm(node, preference) ? weight : 0), 0),
  normalize: (scores) => normalizeByMax(scores, false),
};
