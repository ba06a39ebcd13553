import { type corev1, Namespace } from '#api';
import { type LabelSelector, labelSelectorAsSelector } from '#apimachinery';
import type { World } from './framework.js';

/** A prepared term of pod affinity or anti-affinity (framework.AffinityTerm). */
export interface AffinityTerm {
  topologyKey: string;
  weight: number;
  selector: LabelSelector;
  namespaces: ReadonlySet<string>;
  namespaceSelector: LabelSelector | undefined;
}

/** The terms of one pod. */
export interface AffinityTerms {
  required: readonly AffinityTerm[];
  requiredAnti: readonly AffinityTerm[];
  preferred: readonly AffinityTerm[];
  preferredAnti: readonly AffinityTerm[];
}

function termOf(pod: corev1.Pod, term: corev1.PodAffinityTerm, weight: number): AffinityTerm {
  const { namespaces = [], namespaceSelector, topologyKey, labelSelector } = term;
  const own = namespaces.length === 0 && !namespaceSelector ? [pod.metadata.namespace ?? ''] : namespaces;
  return {
    topologyKey,
    weight,
    selector: labelSelectorAsSelector(labelSelector),
    namespaces: new Set(own),
    namespaceSelector: namespaceSelector && labelSelectorAsSelector(namespaceSelector),
  };
}

const known = new WeakMap<corev1.PodSpec, AffinityTerms>();

/** The pod's affinity terms. Cached with the object's spec, which is not modified. */
export function affinityTerms(pod: corev1.Pod): AffinityTerms {
  const there = known.get(pod.spec);
  if (there) return there;
  const required = (affinity: corev1.PodAffinity | undefined) =>
    (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => termOf(pod, term, 1));
  const preferred = (affinity: corev1.PodAffinity | undefined) =>
    (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) =>
      termOf(pod, podAffinityTerm, weight),
    );
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const terms = {
    required: required(podAffinity),
    requiredAnti: required(podAntiAffinity),
    preferred: preferred(podAffinity),
    preferredAnti: preferred(podAntiAffinity),
  };
  known.set(pod.spec, terms);
  return terms;
}

/** Whether a term matches a pod. */
export function termMatches(term: AffinityTerm, { metadata }: corev1.Pod, { informers }: Pick<World, 'informers'>): boolean {
  const { namespace = '', labels } = metadata;
  if (!term.selector.matches(labels)) return false;
  if (term.namespaces.has(namespace)) return true;
  return term.namespaceSelector?.matches(informers.of(Namespace).get(namespace)?.metadata.labels) ?? false;
}
