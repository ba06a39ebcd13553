import type { FieldPath } from './field-path.js';
import { goJSON, goNumber, goQuote } from './go-format.js';

/** Kinds of field errors, with the reason of each in a Status cause (apimachinery/pkg/util/validation/field/errors.go). */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTooFew'
  | 'FieldValueTooShort'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** One error in one field. Validation returns these and never throws. */
export interface FieldError {
  type: FieldErrorType;
  /** The path in upstream's format: `spec.containers[0].image`. */
  field: string;
  /** The message without the path, as in `causes[].message`: `Invalid value: "x": must be …`. */
  message: string;
}

/** The location of a field error: a path, or its text. */
export type FieldPathLike = FieldPath | string;

/** A bad value that must not be in the message (upstream's omitValue). */
export const OMIT_VALUE: unique symbol = Symbol('omitted');

const WORDS: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTooFew: 'Too few',
  FieldValueTooShort: 'Too short',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
};

/** The value that was printed last: a long value in many errors is printed once, and the messages share its text. */
let last: { value: unknown; text: string } = { value: undefined, text: 'null' };
const SHORT = 256;

/** A bad value in ErrorBody's format: %q for strings, %v for numbers and booleans, JSON for the rest (undefined is a nil pointer: null). */
export function formatBadValue(value: unknown): string {
  if (typeof value === 'number') return goNumber(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string' && value.length < SHORT) return goQuote(value);
  if (value === null || value === undefined || last.value !== value)
    last = { value, text: typeof value === 'string' ? goQuote(value) : goJSON(value) };
  return last.text;
}

function make(type: FieldErrorType, path: FieldPathLike, value: unknown, detail: string): FieldError {
  let message = WORDS[type];
  if (value !== OMIT_VALUE) message += `: ${formatBadValue(value)}`;
  if (detail !== '') message += `: ${detail}`;
  return { type, field: path.toString(), message };
}

/** `Required value: detail`: an empty string, null or empty list where a value is required. */
export function required(path: FieldPathLike, detail = ''): FieldError {
  return make('FieldValueRequired', path, OMIT_VALUE, detail);
}

/** `Invalid value: "x": detail`. */
export function invalidValue(path: FieldPathLike, value: unknown, detail = ''): FieldError {
  return make('FieldValueInvalid', path, value, detail);
}

/** `Unsupported value: "x": supported values: "a", "b"`, in the given order (upstream sorts if it passes a set). */
export function notSupported(path: FieldPathLike, value: unknown, values: readonly string[]): FieldError {
  const detail = values.length > 0 ? `supported values: ${values.map(goQuote).join(', ')}` : '';
  return make('FieldValueNotSupported', path, value, detail);
}

/** `Duplicate value: "x"`. */
export function duplicate(path: FieldPathLike, value: unknown): FieldError {
  return make('FieldValueDuplicate', path, value, '');
}

/** `Forbidden: detail`. */
export function fieldForbidden(path: FieldPathLike, detail = ''): FieldError {
  return make('FieldValueForbidden', path, OMIT_VALUE, detail);
}

const atMost = (limit: number, unit: string): string => `may not be more than ${limit} ${unit}${limit === 1 ? '' : 's'}`;

/** `Too long: may not be more than N bytes`. The value is not shown; it is a parameter so that calls look like upstream's. */
export function tooLong(path: FieldPathLike, _value: unknown, maxBytes: number): FieldError {
  return make('FieldValueTooLong', path, OMIT_VALUE, maxBytes >= 0 ? atMost(maxBytes, 'byte') : 'value is too long');
}

/** `Too long: may not be more than N characters`. */
export function tooLongCharacters(path: FieldPathLike, _value: unknown, maxCharacters: number): FieldError {
  return make('FieldValueTooLong', path, OMIT_VALUE, maxCharacters >= 0 ? atMost(maxCharacters, 'character') : 'value is too long');
}

/** `Too short: must be at least N characters`. */
export function tooShort(path: FieldPathLike, _value: unknown, minCharacters: number): FieldError {
  const detail = minCharacters >= 0 ? `must be at least ${minCharacters} character${minCharacters === 1 ? '' : 's'}` : 'value is too short';
  return make('FieldValueTooShort', path, OMIT_VALUE, detail);
}

/** `Too many: 9: must have at most 8 items`. A negative quantity is not shown. */
export function tooMany(path: FieldPathLike, actual: number, max: number): FieldError {
  const detail = max >= 0 ? `must have at most ${max} item${max === 1 ? '' : 's'}` : 'has too many items';
  return make('FieldValueTooMany', path, actual >= 0 ? actual : OMIT_VALUE, detail);
}

/** `Too few: 0: must have at least 1 item`. A negative quantity is not shown. */
export function tooFew(path: FieldPathLike, actual: number, min: number): FieldError {
  const detail = min >= 0 ? `must have at least ${min} item${min === 1 ? '' : 's'}` : 'has too few items';
  return make('FieldValueTooFew', path, actual >= 0 ? actual : OMIT_VALUE, detail);
}

/** `Not found: "x"`: a reference to something that does not exist. */
export function fieldNotFound(path: FieldPathLike, value: unknown): FieldError {
  return make('FieldValueNotFound', path, value, '');
}

/** `Invalid value: "x": detail`, whose cause has the reason of a type error. */
export function typeInvalid(path: FieldPathLike, value: unknown, detail = ''): FieldError {
  return make('FieldValueTypeInvalid', path, value, detail);
}

/** `Internal error: detail`: an error that the user did not cause. */
export function fieldInternalError(path: FieldPathLike, detail: string): FieldError {
  return make('InternalError', path, OMIT_VALUE, detail);
}

/** A field error as a line: `spec.replicas: Invalid value: -1: must be …` (field.Error's Error()). */
export function formatFieldError(error: FieldError): string {
  return `${error.field}: ${error.message}`;
}

/** Maximum length of the errors of one object. Upstream has no limit, but many errors may contain the same long value. */
const MAX_ERRORS_LENGTH = 1024 * 1024;

/** The first errors up to the maximum length; at least one. */
export function boundedFieldErrors(errors: readonly FieldError[]): readonly FieldError[] {
  // Releases the last printed objects, which may now be modified.
  last = { value: undefined, text: 'null' };
  let length = 0;
  for (const [i, error] of errors.entries()) {
    length += error.field.length + error.message.length;
    if (length > MAX_ERRORS_LENGTH) return errors.slice(0, Math.max(i, 1));
  }
  return errors;
}

/** Several errors as one text (ToAggregate): without duplicates; a single one without brackets, several as `[a, b]`, none as ''. */
export function aggregateFieldErrors(errors: readonly FieldError[]): string {
  const messages = [...new Set(boundedFieldErrors(errors).map(formatFieldError))];
  return messages.length > 1 ? `[${messages.join(', ')}]` : (messages[0] ?? '');
}
