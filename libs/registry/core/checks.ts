import { deepEqual, type FieldError, type FieldPathLike, invalidValue, notSupported, parseQuantity, required } from '#apimachinery';

/** The message for an immutable field (apimachinery/pkg/api/validation FieldImmutableErrorMsg). */
export const FIELD_IMMUTABLE = 'field is immutable';
/** The message for a negative number (IsNegativeErrorMsg). */
export const IS_NEGATIVE = 'must be greater than or equal to 0';
/** The message for a number that must be greater than zero. */
const NOT_POSITIVE = 'must be greater than zero';

/** One `Invalid value` error per message of a name rule. */
export function invalidName(path: FieldPathLike, value: string | number, messages: readonly string[]): FieldError[] {
  return messages.length === 0 ? [] : messages.map((message) => invalidValue(path, value, message));
}

/** A number, if set, must not be negative (ValidateNonnegativeField). */
export function nonNegative(value: number | undefined, path: FieldPathLike): FieldError[] {
  return value !== undefined && value < 0 ? [invalidValue(path, value, IS_NEGATIVE)] : [];
}

/** A number must be greater than zero (ValidatePositiveField). */
export function positive(value: number | undefined, path: FieldPathLike): FieldError[] {
  return (value ?? 0) <= 0 ? [invalidValue(path, value ?? 0, NOT_POSITIVE)] : [];
}

/** An immutable field (ValidateImmutableField). `shown`: the value in the message, if it is not the value itself. */
export function immutable(value: unknown, old: unknown, path: FieldPathLike, shown: unknown = value): FieldError[] {
  return deepEqual(value, old) ? [] : [invalidValue(path, shown, FIELD_IMMUTABLE)];
}

/** A string must be one of a set: `Unsupported value` with the values in the given order. */
export function oneOf(value: string | undefined, values: readonly string[], path: FieldPathLike): FieldError[] {
  return values.includes(value ?? '') ? [] : [notSupported(path, value ?? '', values)];
}

/** A required string that must be one of a set. */
export function requiredOneOf(value: string | undefined, values: readonly string[], path: FieldPathLike): FieldError[] {
  return value ? oneOf(value, values, path) : [required(path)];
}

/** A quantity must be greater than zero (ValidatePositiveQuantityValue). */
export function positiveQuantity(text: string, path: FieldPathLike): FieldError[] {
  const quantity = parseQuantity(text);
  return quantity.sign <= 0 ? [invalidValue(path, quantity.toString(), NOT_POSITIVE)] : [];
}
