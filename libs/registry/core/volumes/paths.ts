import { append, type FieldError, type FieldPath, invalidValue, required } from '#apimachinery';

const MODE_TEXT = 'must be a number between 0 and 0777 (octal), both inclusive';

/** No element of the path may be `..` (validatePathNoBacksteps). */
export function validateNoBacksteps(target: string, path: FieldPath): FieldError[] {
  return target.includes('..') && target.split('/').includes('..') ? [invalidValue(path, target, "must not contain '..'")] : [];
}

/** A relative path without `..` (validateLocalDescendingPath). */
export function validateDescendingPath(target: string, path: FieldPath): FieldError[] {
  const errors = target.startsWith('/') ? [invalidValue(path, target, 'must be a relative path')] : [];
  return [...errors, ...validateNoBacksteps(target, path)];
}

/** A relative path without `..` elements; names that begin with `..` are reserved for the kubelet (ValidateLocalNonReservedPath). */
export function validateNonReservedPath(target: string, path: FieldPath): FieldError[] {
  const errors = validateDescendingPath(target, path);
  if (target.startsWith('..') && !target.startsWith('../')) errors.push(invalidValue(path, target, "must not start with '..'"));
  return errors;
}

/** A file's mode: 0 to 0777. */
export function validateMode(mode: number | undefined, path: FieldPath): FieldError[] {
  return mode !== undefined && (mode > 0o777 || mode < 0) ? [invalidValue(path, mode, MODE_TEXT)] : [];
}

/** A key of a secret or config map and the file for it (validateKeyToPath). */
export function validateKeyToPath(item: { key: string; path: string; mode?: number }, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!item.key) errors.push(required(path.child('key')));
  if (!item.path) errors.push(required(path.child('path')));
  append(errors, validateNonReservedPath(item.path ?? '', path.child('path')));
  return [...errors, ...validateMode(item.mode, path.child('mode'))];
}

/** Fields that must not be empty, in the given order. */
export function requireFields<T extends object>(source: T, path: FieldPath, ...fields: Array<keyof T & string>): FieldError[] {
  return fields
    .filter((field) => {
      const value: unknown = source[field];
      return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    })
    .map((field) => required(path.child(field)));
}
