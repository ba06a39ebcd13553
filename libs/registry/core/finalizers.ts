import { type FieldError, type FieldPathLike, invalidValue, isQualifiedName } from '#apimachinery';

const STANDARD = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** A finalizer without a domain must be one of the standard ones (core validation.go validateKubeFinalizerName). */
export function validateStandardFinalizer(name: string, path: FieldPathLike): FieldError[] {
  if (name.includes('/') || STANDARD.has(name)) return [];
  return [invalidValue(path, name, 'name is neither a standard finalizer name nor is it fully qualified')];
}

/** A finalizer's name: qualified, or one of the standard ones (core validation.go validateFinalizerName). */
export function validateFinalizerName(name: string, path: FieldPathLike): FieldError[] {
  return [...isQualifiedName(name).map((message) => invalidValue(path, name, message)), ...validateStandardFinalizer(name, path)];
}
