import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  invalidValue,
  isQualifiedName,
  isValidLabelValue,
  notSupported,
  validateLabelName,
} from '#apimachinery';
import { invalidName } from '../../checks.js';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateOperator({ operator, value = '' }: corev1.Toleration, path: FieldPath): FieldError[] {
  if (operator === 'Exists') return value ? [invalidValue(path, value, "value must be empty when `operator` is 'Exists'")] : [];
  if (!operator || operator === 'Equal') {
    const messages = isValidLabelValue(value);
    return messages.length > 0 ? [invalidValue(path, value, messages.join(';'))] : [];
  }
  // Comparison operators have a feature gate that is off, but the message names them if one is used.
  const known = operator === 'Lt' || operator === 'Gt' ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists'];
  return [notSupported(path, operator, known)];
}

const MATCH_ALL = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';

function validateToleration(toleration: corev1.Toleration, path: FieldPath): FieldError[] {
  const { key, operator, effect } = toleration;
  const errors = key ? validateLabelName(key, path.child('key')) : [];
  if (!key && operator !== 'Exists') errors.push(invalidValue(path.child('operator'), operator ?? '', MATCH_ALL));
  if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(invalidValue(path.child('effect'), effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  append(errors, validateOperator(toleration, path.child('operator')));
  if (effect && !EFFECTS.includes(effect)) errors.push(notSupported(path.child('effect'), effect, EFFECTS));
  return errors;
}

/** Tolerations (ValidateTolerations). */
export function validateTolerations(tolerations: readonly corev1.Toleration[], path: FieldPath): FieldError[] {
  return tolerations.flatMap((toleration, index) => validateToleration(toleration, path.index(index)));
}

/** Scheduling gates (validateSchedulingGates). */
export function validateSchedulingGates(gates: readonly corev1.PodSchedulingGate[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { name = '' }] of gates.entries()) {
    append(errors, invalidName(path.index(index), name, isQualifiedName(name)));
    if (seen.has(name)) errors.push(duplicate(path.index(index), name));
    seen.add(name);
  }
  return errors;
}

/** Readiness gates (validateReadinessGates). */
export function validateReadinessGates(gates: readonly corev1.PodReadinessGate[], path: FieldPath): FieldError[] {
  return gates.flatMap(({ conditionType = '' }, index) =>
    invalidName(path.index(index).child('conditionType'), conditionType, isQualifiedName(conditionType)),
  );
}
