import type { corev1 } from '#api';
import {
  append,
  type FieldError,
  type FieldPath,
  invalidValue,
  isDNS1123Label,
  required,
  validateLabelName,
  validateLabelSelector,
} from '#apimachinery';
import { invalidName } from '../../checks.js';
import { validateMatchLabelKeys } from './label-keys.js';
import { validateNodeSelector, validateNodeSelectorTerm } from './node-selector.js';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function validateWeight(weight: number | undefined, path: FieldPath): FieldError[] {
  const value = weight ?? 0;
  return value <= 0 || value > 100 ? [invalidValue(path.child('weight'), value, 'must be in the range 1-100')] : [];
}

function validateNodeAffinity(affinity: corev1.NodeAffinity, path: FieldPath): FieldError[] {
  const errors = affinity[REQUIRED] ? validateNodeSelector(affinity[REQUIRED], path.child(REQUIRED)) : [];
  for (const [index, { weight, preference }] of (affinity[PREFERRED] ?? []).entries()) {
    const at = path.child(PREFERRED).index(index);
    // Invalid label values are allowed here: a preference that no node matches does no harm.
    append(errors, validateWeight(weight, at), validateNodeSelectorTerm(preference, at.child('preference'), true));
  }
  return errors;
}

function validateTerm(term: corev1.PodAffinityTerm, path: FieldPath): FieldError[] {
  const errors = [
    ...validateLabelSelector(term.labelSelector, path.child('labelSelector')),
    ...validateLabelSelector(term.namespaceSelector, path.child('namespaceSelector')),
  ];
  for (const name of term.namespaces ?? []) append(errors, invalidName(path.child('namespace'), name, isDNS1123Label(name)));
  append(errors, validateMatchLabelKeys(path, term.matchLabelKeys, term.mismatchLabelKeys, term.labelSelector));
  const key = term.topologyKey ?? '';
  if (!key) errors.push(required(path.child('topologyKey'), 'can not be empty'));
  return [...errors, ...validateLabelName(key, path.child('topologyKey'))];
}

function validatePodTerms(affinity: corev1.PodAffinity | corev1.PodAntiAffinity, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, term] of (affinity[REQUIRED] ?? []).entries()) append(errors, validateTerm(term, path.child(REQUIRED).index(index)));
  for (const [index, { weight, podAffinityTerm }] of (affinity[PREFERRED] ?? []).entries()) {
    const at = path.child(PREFERRED).index(index);
    append(errors, validateWeight(weight, at), validateTerm(podAffinityTerm, at.child('podAffinityTerm')));
  }
  return errors;
}

/** A pod's affinity (validateAffinity). */
export function validateAffinity(affinity: corev1.Affinity, path: FieldPath): FieldError[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  return [
    ...(nodeAffinity ? validateNodeAffinity(nodeAffinity, path.child('nodeAffinity')) : []),
    ...(podAffinity ? validatePodTerms(podAffinity, path.child('podAffinity')) : []),
    ...(podAntiAffinity ? validatePodTerms(podAntiAffinity, path.child('podAntiAffinity')) : []),
  ];
}
