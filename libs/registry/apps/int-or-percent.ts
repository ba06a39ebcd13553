import { type FieldError, type FieldPath, type IntOrString, intValue, invalidValue, isValidPercent } from '#apimachinery';
import { nonNegative } from '../core/checks.js';

function percent(value: IntOrString): number | undefined {
  return typeof value === 'string' && isValidPercent(value).length === 0 ? Number.parseInt(value, 10) : undefined;
}

/** The number of an int or of a percentage, which is only compared with 0 (getIntOrPercentValue). */
export function intOrPercentValue(value: IntOrString | undefined): number {
  if (value === undefined) return 0;
  return percent(value) ?? intValue(value);
}

/** A non-negative number, or a percentage (ValidatePositiveIntOrPercent). */
export function validateIntOrPercent(value: IntOrString | undefined, path: FieldPath): FieldError[] {
  if (typeof value === 'string') return isValidPercent(value).map((message) => invalidValue(path, value, message));
  return nonNegative(value, path);
}

/** A percentage is at most 100 (IsNotMoreThan100Percent). */
export function atMost100Percent(value: IntOrString | undefined, path: FieldPath): FieldError[] {
  const amount = value === undefined ? undefined : percent(value);
  return amount !== undefined && amount > 100 ? [invalidValue(path, value, 'must not be greater than 100%')] : [];
}
