import { deepEqual, type FieldError, type FieldPathLike, invalidValue, notSupported, parseQuantity, required } from '#apimachinery';

/** The text for what may not be changed (apimachinery/pkg/api/validation FieldImmutableErrorMsg). */
export const FIELD_IMMUTABLE = 'field is immutable';
/** The text for a number below zero (IsNegativeErrorMsg). */
export const IS_NEGATIVE = 'must be greater than or equal to 0';
/** The text for a number that has to be above zero. */
const NOT_POSITIVE = 'must be greater than zero';

/** One `Invalid value` for each message of a name rule. */
export function invalidName(path: FieldPathLike, value: string | number, messages: readonly string[]): FieldError[] {
  return messages.length === 0 ? [] : messages.map((message) => invalidValue(path, value, message));
}

/** A number that is there may not be below zero (ValidateNonnegativeField). */
export function nonNegative(value: number | undefined, path: FieldPathLike): FieldError[] {
  return value !== undefined && value < 0 ? [invalidValue(path, value, IS_NEGATIVE)] : [];
}

/** A number has to be above zero (ValidatePositiveField). */
export function positive(value: number | undefined, path: FieldPathLike): FieldError[] {
  return (value ?? 0) <= 0 ? [invalidValue(path, value ?? 0, NOT_POSITIVE)] : [];
}

/** A field that may not be changed (ValidateImmutableField). `shown`: what the message shows, where that is not the value itself. */
export function immutable(value: unknown, old: unknown, path: FieldPathLike, shown: unknown = value): FieldError[] {
  return deepEqual(value, old) ? [] : [invalidValue(path, shown, FIELD_IMMUTABLE)];
}

/** A string that must be one of a set: `Unsupported value` with the values in the order given. */
export function oneOf(value: string | undefined, values: readonly string[], path: FieldPathLike): FieldError[] {
  return values.includes(value ?? '') ? [] : [notSupported(path, value ?? '', values)];
}

/** A string that must be there and one of a set. */
export function requiredOneOf(value: string | undefined, values: readonly string[], path: FieldPathLike): FieldError[] {
  return value ? oneOf(value, values, path) : [required(path)];
}

/** A quantity has to be above zero (ValidatePositiveQuantityValue). */
export function positiveQuantity(text: string, path: FieldPathLike): FieldError[] {
  const quantity = parseQuantity(text);
  return quantity.sign <= 0 ? [invalidValue(path, quantity.toString(), NOT_POSITIVE)] : [];
}
