import { append } from '../append.js';
import { type FieldError, fieldForbidden, invalidValue, required } from '../field-error.js';
import type { FieldPath } from '../field-path.js';
import { isQualifiedName, isValidLabelValue } from '../names.js';
import type { LabelSelectorSpec } from './selector.js';

/** A label's key at a path (metav1 validation ValidateLabelName). */
export function validateLabelName(name: string, path: FieldPath): FieldError[] {
  return isQualifiedName(name).map((message) => invalidValue(path, name, message));
}

/** A map of labels at a path (ValidateLabels). */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  // Printed once: there may be very many errors.
  const at = path.toString();
  for (const key in labels) {
    const value = labels[key] ?? '';
    for (const message of isQualifiedName(key)) errors.push(invalidValue(at, key, message));
    for (const message of isValidLabelValue(value)) errors.push(invalidValue(at, value, message));
  }
  return errors;
}

function validateExpression(
  { key, operator, values = [] }: { key: string; operator: string; values?: string[] },
  path: FieldPath,
  allowInvalidValues: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.push(fieldForbidden(path.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else {
    errors.push(invalidValue(path.child('operator'), operator ?? '', 'not a valid selector operator'));
  }
  append(errors, validateLabelName(key ?? '', path.child('key')));
  if (allowInvalidValues) return errors;
  values.forEach((value, i) => {
    for (const message of isValidLabelValue(value)) errors.push(invalidValue(path.child('values').index(i), value, message));
  });
  return errors;
}

/** A meta/v1 LabelSelector at a path (ValidateLabelSelector). `allowInvalidValues`: if the old object has some. */
export function validateLabelSelector(
  selector: LabelSelectorSpec | undefined | null,
  path: FieldPath,
  { allowInvalidValues = false }: { allowInvalidValues?: boolean } = {},
): FieldError[] {
  if (!selector) return [];
  const errors = validateLabels(selector.matchLabels, path.child('matchLabels'));
  selector.matchExpressions?.forEach((expression, i) => {
    append(errors, validateExpression(expression, path.child('matchExpressions').index(i), allowInvalidValues));
  });
  return errors;
}
