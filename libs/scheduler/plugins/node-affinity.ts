import type { corev1 } from '#api';
import { nodeSelectorMatcher, preferredNodeScore, requiredNodeAffinity } from '#component-helpers';
import { DEFAULT_ARGS, type PluginArgs } from '../config/plugin-args.js';
import { normalizeByMax, type Plugin, unresolvable } from '../framework.js';
import { nodeAdded, nodeRelabelled, onNodes } from '../plugin-hints.js';

const MISMATCH = "node(s) didn't match Pod's node affinity/selector";
const ENFORCED = "node(s) didn't match scheduler-enforced node affinity";
const CONFLICT = 'pod affinity terms conflict';

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

const none: readonly corev1.PreferredSchedulingTerm[] = [];

const preferences = (affinity: corev1.NodeAffinity | undefined): readonly corev1.PreferredSchedulingTerm[] =>
  affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? none;

/** `addedAffinity`: what the scheduler's configuration adds to each pod. */
function withArgs({ addedAffinity }: PluginArgs['NodeAffinity']): Plugin {
  const addedRequired = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const enforced = addedRequired && nodeSelectorMatcher(addedRequired);
  const addedPreferred = preferences(addedAffinity);
  const matches = (pod: corev1.Pod, node: corev1.Node): boolean => (!enforced || enforced(node)) && requiredNodeAffinity(pod.spec)(node);
  return {
    name: 'NodeAffinity',
    hints: [
      onNodes([nodeAdded, nodeRelabelled], (pod, { object, old }) => matches(pod, object) && (old === undefined || !matches(pod, old))),
    ],
    preFilter({ spec }) {
      const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      if (!required && !spec.nodeSelector && !enforced) return { skip: true };
      const only = namedNodes(required?.nodeSelectorTerms);
      if (only?.size === 0) return { rejection: unresolvable(CONFLICT) };
      return only ? { only } : undefined;
    },
    filter(pod, { node }) {
      if (enforced && !enforced(node)) return unresolvable(ENFORCED);
      return requiredNodeAffinity(pod.spec)(node) ? undefined : unresolvable(MISMATCH);
    },
    preScore: ({ spec }) => preferences(spec.affinity?.nodeAffinity).length === 0 && addedPreferred.length === 0,
    score: ({ spec }, { node }) =>
      preferredNodeScore(addedPreferred, node) + preferredNodeScore(preferences(spec.affinity?.nodeAffinity), node),
    normalize: (scores) => normalizeByMax(scores, false),
  };
}

/** nodeSelector and node affinity: required terms filter, preferred ones score. */
export const nodeAffinity: Plugin = { ...withArgs(DEFAULT_ARGS.NodeAffinity), open: ({ args }) => withArgs(args.NodeAffinity) };
