import { append } from './append.js';
import { deepEqual } from './equality.js';
import { type FieldError, fieldForbidden, invalidValue, required, tooLong } from './field-error.js';
import { type FieldPath, fieldPath } from './field-path.js';
import { byteLength, goStringSlice } from './go-format.js';
import { validateLabels } from './labels/validation.js';
import { validateManagedFields } from './managed-fields-validation.js';
import { isQualifiedName, type NameRule, nameIsDNSLabel, nameIsDNSSubdomain } from './names.js';
import type { ObjectMeta, OwnerReference } from './object.js';

/** Validation of metadata (apimachinery/pkg/api/validation/objectmeta.go). */

/** The message for an immutable field. */
export const FIELD_IMMUTABLE_MESSAGE = 'field is immutable';

const ANNOTATIONS_LIMIT = 256 * 1024;

/** Annotations: keys are qualified names, ignoring case; at most 256 KiB in total. */
export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const key in annotations) {
    for (const message of isQualifiedName(key.toLowerCase())) errors.push(invalidValue(path, key, message));
    size += byteLength(key) + byteLength(annotations[key] ?? '');
  }
  if (size > ANNOTATIONS_LIMIT) errors.push(tooLong(path, '', ANNOTATIONS_LIMIT));
  return errors;
}

function validateOwnerReference(owner: OwnerReference, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const apiVersion = owner.apiVersion ?? '';
  if (apiVersion === '' || apiVersion.endsWith('/'))
    errors.push(invalidValue(path.child('apiVersion'), apiVersion, 'version must not be empty'));
  for (const field of ['kind', 'name', 'uid'] as const)
    if (!owner[field]) errors.push(invalidValue(path.child(field), '', 'must not be empty'));
  if (apiVersion === 'v1' && owner.kind === 'Event')
    errors.push(invalidValue(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
  return errors;
}

/** Owner references: complete ones, with at most one controller. */
export function validateOwnerReferences(owners: readonly OwnerReference[] | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let controller = '';
  for (const owner of owners ?? []) {
    append(errors, validateOwnerReference(owner, path));
    if (owner.controller !== true) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (controller === '') controller = name;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalidValue(path, owners, detail));
    }
  }
  return errors;
}

/** A finalizer's name. */
export function validateFinalizerName(name: string, path: FieldPath): FieldError[] {
  return isQualifiedName(name).map((message) => invalidValue(path, name, message));
}

/** Finalizers: qualified names, not both orphan and foregroundDeletion. */
export function validateFinalizers(finalizers: readonly string[] | undefined, path: FieldPath): FieldError[] {
  const errors = (finalizers ?? []).flatMap((name) => validateFinalizerName(name, path));
  if (finalizers?.includes('orphan') && finalizers.includes('foregroundDeletion'))
    errors.push(invalidValue(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  return errors;
}

/** An immutable value: the new one is in the message (ValidateImmutableField). */
export function validateImmutable(value: unknown, old: unknown, path: FieldPath | string): FieldError[] {
  return deepEqual(value, old) ? [] : [invalidValue(path, value, FIELD_IMMUTABLE_MESSAGE)];
}

/** A value that must not be negative. */
export function validateNonnegative(value: number | undefined, path: FieldPath | string): FieldError[] {
  return value !== undefined && value < 0 ? [invalidValue(path, value, 'must be greater than or equal to 0')] : [];
}

function validateName(meta: ObjectMeta, rule: NameRule, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { generateName } = meta;
  if (generateName)
    for (const message of rule(generateName, true)) errors.push(invalidValue(path.child('generateName'), generateName, message));
  if (!meta.name) errors.push(required(path.child('name'), 'name or generateName is required'));
  else for (const message of rule(meta.name, false)) errors.push(invalidValue(path.child('name'), meta.name, message));
  return errors;
}

function validateNamespace(meta: ObjectMeta, namespaced: boolean, path: FieldPath): FieldError[] {
  const { namespace } = meta;
  if (!namespaced) return namespace ? [fieldForbidden(path.child('namespace'), 'not allowed on this type')] : [];
  if (!namespace) return [required(path.child('namespace'))];
  return nameIsDNSLabel(namespace, false).map((message) => invalidValue(path.child('namespace'), namespace, message));
}

/** Metadata at creation, after the name has been generated (ValidateObjectMeta). */
export function validateObjectMeta(
  meta: ObjectMeta,
  { namespaced, nameRule = nameIsDNSSubdomain }: { namespaced: boolean; nameRule?: NameRule },
  path: FieldPath = fieldPath('metadata'),
): FieldError[] {
  return [
    ...validateName(meta, nameRule, path),
    ...validateNamespace(meta, namespaced, path),
    ...validateNonnegative(meta.generation, path.child('generation')),
    ...validateLabels(meta.labels, path.child('labels')),
    ...validateAnnotations(meta.annotations, path.child('annotations')),
    ...validateOwnerReferences(meta.ownerReferences, path.child('ownerReferences')),
    ...validateFinalizers(meta.finalizers, path.child('finalizers')),
    ...validateManagedFields(meta.managedFields, path.child('managedFields')),
  ];
}

function validateNoNewFinalizers(meta: ObjectMeta, old: ObjectMeta, path: FieldPath): FieldError[] {
  const standing = new Set(old.finalizers);
  const extra = [...new Set(meta.finalizers)].filter((name) => !standing.has(name)).sort();
  if (extra.length === 0) return [];
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${goStringSlice(extra)}`;
  return [fieldForbidden(path, detail)];
}

/** Immutable fields of metadata, with what Go prints for a missing one. */
const IMMUTABLE: ReadonlyArray<readonly [keyof ObjectMeta, unknown]> = [
  ['name', ''],
  ['namespace', ''],
  ['uid', ''],
  ['creationTimestamp', null],
  ['deletionTimestamp', null],
  ['deletionGracePeriodSeconds', null],
];

/** Metadata at an update (ValidateObjectMetaUpdate). */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, path: FieldPath = fieldPath('metadata')): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) append(errors, validateNoNewFinalizers(meta, old, path.child('finalizers')));
  if (!meta.resourceVersion) errors.push(invalidValue(path.child('resourceVersion'), '', 'must be specified for an update'));
  if ((meta.generation ?? 0) < (old.generation ?? 0))
    errors.push(invalidValue(path.child('generation'), meta.generation ?? 0, 'must not be decremented'));
  for (const [field, zero] of IMMUTABLE) append(errors, validateImmutable(meta[field] ?? zero, old[field] ?? zero, path.child(field)));
  append(
    errors,
    validateLabels(meta.labels, path.child('labels')),
    validateAnnotations(meta.annotations, path.child('annotations')),
    validateOwnerReferences(meta.ownerReferences, path.child('ownerReferences')),
    validateManagedFields(meta.managedFields, path.child('managedFields')),
  );
  return errors;
}
