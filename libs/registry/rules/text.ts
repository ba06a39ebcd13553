import {
  type FieldError,
  fieldPath,
  invalidValue,
  isDNS1123Label,
  isQualifiedName,
  nameIsPathSegment,
  required,
  validateImmutable,
  validateLabels,
  validateNonnegative,
} from '#apimachinery';

/** Each message as an error of one field: `spec.x: Invalid value: "v": message`. */
export function eachInvalid(path: string, value: unknown, messages: readonly string[]): FieldError[] {
  return messages.map((message) => invalidValue(path, value, message));
}

/** An immutable field. */
export function immutable(path: string, value: unknown, old: unknown): FieldError[] {
  return validateImmutable(value, old, path);
}

/** A number that must not be negative. */
export function nonNegative(path: string, value: number | undefined): FieldError[] {
  return validateNonnegative(value, path);
}

/** A qualified name: `example.com/name` (core/validation ValidateQualifiedName). */
export function qualifiedName(path: string, value: string): FieldError[] {
  return eachInvalid(path, value, isQualifiedName(value));
}

/** A DNS label (core/validation ValidateDNS1123Label). */
export function dnsLabel(path: string, value: string): FieldError[] {
  return eachInvalid(path, value, isDNS1123Label(value));
}

/** A required text that is valid as a path segment: a kind, a resource, a name of an unknown kind. */
export function requiredPathSegment(path: string, value: string | undefined): FieldError[] {
  return value ? eachInvalid(path, value, nameIsPathSegment(value, false)) : [required(path)];
}

/** Labels: qualified keys, short values. */
export function labels(path: string, values: Readonly<Record<string, string>> | undefined): FieldError[] {
  return values ? validateLabels(values, fieldPath(path)) : [];
}
