import type { corev1 } from '#api';
import { append, duplicate, type FieldError, type FieldPath, invalidValue, required, validateLabelSelector } from '#apimachinery';
import { oneOf, positive } from '../../checks.js';
import { validateMatchLabelKeys } from './label-keys.js';

type Constraint = corev1.TopologySpreadConstraint;

function validateMinDomains({ minDomains, whenUnsatisfiable }: Constraint, path: FieldPath): FieldError[] {
  if (minDomains === undefined) return [];
  const errors = positive(minDomains, path);
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable ?? ''}`;
    errors.push(invalidValue(path, minDomains, text));
  }
  return errors;
}

function validateConstraint(constraint: Constraint, isRepeated: boolean, path: FieldPath): FieldError[] {
  const { topologyKey, whenUnsatisfiable, labelSelector } = constraint;
  const errors = positive(constraint.maxSkew, path.child('maxSkew'));
  if (!topologyKey) errors.push(required(path.child('topologyKey'), 'can not be empty'));
  append(errors, oneOf(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], path.child('whenUnsatisfiable')));
  if (isRepeated) {
    errors.push(duplicate(path.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey ?? ''}, ${whenUnsatisfiable ?? ''}}`));
  }
  append(errors, validateMinDomains(constraint, path.child('minDomains')));
  for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    if (constraint[field] !== undefined) append(errors, oneOf(constraint[field], ['Honor', 'Ignore'], path.child(field)));
  }
  append(errors, validateMatchLabelKeys(path, constraint.matchLabelKeys, undefined, labelSelector));
  return [...errors, ...validateLabelSelector(labelSelector, path.child('labelSelector'))];
}

/** Topology spread constraints (validateTopologySpreadConstraints). */
export function validateTopologySpread(constraints: readonly Constraint[], path: FieldPath): FieldError[] {
  const last = new Map<string, number>();
  const keyOf = ({ topologyKey, whenUnsatisfiable }: Constraint) => JSON.stringify([topologyKey, whenUnsatisfiable]);
  for (const [index, each] of constraints.entries()) last.set(keyOf(each), index);
  return constraints.flatMap((each, index) => validateConstraint(each, last.get(keyOf(each)) !== index, path.index(index)));
}
