import { type FieldError, type FieldPathLike, invalidValue, isQualifiedName } from '#apimachinery';

const STANDARD = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** A finalizer's name: qualified, or one of the standard ones (core validation.go validateFinalizerName). */
export function validateFinalizerName(name: string, path: FieldPathLike): FieldError[] {
  const errors = isQualifiedName(name).map((message) => invalidValue(path, name, message));
  if (!name.includes('/') && !STANDARD.has(name)) {
    errors.push(invalidValue(path, name, 'name is neither a standard finalizer name nor is it fully qualified'));
  }
  return errors;
}
