import type { corev1 } from '#api';
import {
  append,
  deepEqual,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  fieldPath,
  invalidValue,
  isQualifiedName,
  notSupported,
  parseQuantity,
  required,
} from '#apimachinery';
import { isNativeResource } from '#component-helpers';
import { specDiff } from '../../internal-form/spec-diff.js';
import { immutable, invalidName } from '../checks.js';
import { validateResourceQuantity } from '../resource-names.js';
import { validateClaim } from './validate.js';

type Claim = corev1.PersistentVolumeClaim;
type Spec = corev1.PersistentVolumeClaimSpec;

const CLASS = 'volume.beta.kubernetes.io/storage-class';
const IMMUTABLE = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** The class may move from the old annotation to the field if it stays the same. */
function movedFromAnnotation(object: Claim, old: Claim): boolean {
  const before = old.metadata.annotations?.[CLASS];
  const after = object.metadata.annotations?.[CLASS];
  if (before === undefined || old.spec.storageClassName !== undefined || object.spec.storageClassName === undefined) return false;
  return object.spec.storageClassName === before && (after === undefined || after === before);
}

/** A class may be set once if there was none (the retroactive default class). */
const setFromNothing = (object: Claim, old: Claim): boolean =>
  old.spec.storageClassName === undefined &&
  object.spec.storageClassName !== undefined &&
  (old.metadata.annotations?.[CLASS] ?? object.spec.storageClassName) === object.spec.storageClassName;

/** The new and the old spec, with the mutable fields made equal. */
function comparable(object: Claim, old: Claim): { after: Spec; before: Spec } {
  const after: Spec = { ...object.spec };
  const before: Spec = { ...old.spec };
  if (!old.spec.volumeName && after.volumeName) before.volumeName = after.volumeName;
  if (movedFromAnnotation(object, old)) after.storageClassName = undefined;
  else if (setFromNothing(object, old)) after.storageClassName = before.storageClassName;
  if (object.status?.phase === 'Bound') {
    const storage = old.spec.resources?.requests?.storage;
    const { requests } = after.resources ?? {};
    if (requests && storage !== undefined) after.resources = { ...after.resources, requests: { ...requests, storage } };
    after.volumeAttributesClassName = before.volumeAttributesClassName;
  }
  return { after, before };
}

function validateSize(object: Claim, old: Claim): FieldError[] {
  const [size, before, capacity] = [
    object.spec.resources?.requests?.storage,
    old.spec.resources?.requests?.storage,
    old.status?.capacity?.storage,
  ].map((text) => parseQuantity(text ?? '0'));
  if (!size || !before || !capacity || size.compare(before) >= 0 || size.compare(capacity) > 0) return [];
  return [fieldForbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')];
}

function validateAttributesClass(object: Claim, old: Claim): FieldError[] {
  const value = object.spec.volumeAttributesClassName;
  if (value === old.spec.volumeAttributesClassName || old.status?.currentVolumeAttributesClassName === undefined || value) return [];
  const kind = value === undefined ? 'nil' : 'empty string';
  const text = `update to ${kind} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  return [fieldForbidden('spec.volumeAttributesClassName', text)];
}

/** What may change in a claim (core validation.go ValidatePersistentVolumeClaimUpdate). */
export function validateClaimUpdate(object: Claim, old: Claim): FieldError[] {
  const errors = validateClaim(object);
  if (!movedFromAnnotation(object, old)) {
    const [after, before] = [object.metadata.annotations?.[CLASS] ?? '', old.metadata.annotations?.[CLASS] ?? ''];
    append(errors, immutable(after, before, `metadata.annotations.${CLASS}`));
  }
  const { after, before } = comparable(object, old);
  if (!deepEqual(after, before))
    errors.push(fieldForbidden('spec', `${IMMUTABLE}\n${specDiff('PersistentVolumeClaimSpec', before, after)}`));
  append(errors, validateSize(object, old), immutable(object.spec.volumeMode, old.spec.volumeMode, 'volumeMode'));
  return [...errors, ...validateAttributesClass(object, old)];
}

const RESIZE_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

function validateResourceKey(name: string, path: FieldPath): FieldError[] {
  const errors = invalidName(path, name, isQualifiedName(name));
  return errors.length === 0 && isNativeResource(name) && name !== 'storage' ? [notSupported(path, name, ['storage'])] : errors;
}

function validateBasicAmount(amount: string, path: FieldPath): FieldError[] {
  const value = parseQuantity(amount).value();
  return value < 0 ? [invalidValue(path, value, 'must be a valid resource quantity')] : [];
}

function validateAllocated(name: string, amount: string): FieldError[] {
  const path = fieldPath('status', 'allocatedResources');
  const errors = validateResourceKey(name, path);
  if (errors.length > 0) return errors;
  const basic = validateBasicAmount(amount, path.key(name));
  return basic.length > 0 ? basic : validateResourceQuantity('storage', amount, path.key(name));
}

/** The status of a claim (ValidatePersistentVolumeClaimStatusUpdate). */
export function validateClaimStatusUpdate(object: Claim): FieldError[] {
  const { capacity = {}, allocatedResources = {}, allocatedResourceStatuses = {} } = object.status ?? {};
  const states = fieldPath('status', 'allocatedResourceStatuses');
  return [
    ...((object.spec.accessModes ?? []).length === 0 ? [required('Spec.accessModes')] : []),
    ...Object.entries(capacity).flatMap(([name, amount]) => validateBasicAmount(amount, fieldPath('status', 'capacity').key(name))),
    ...Object.entries(allocatedResourceStatuses).flatMap(([name, state]) => [
      ...validateResourceKey(name, states),
      ...(RESIZE_STATES.includes(state) ? [] : [notSupported(states, name, [...RESIZE_STATES].sort())]),
    ]),
    ...Object.entries(allocatedResources).flatMap(([name, amount]) => validateAllocated(name, amount)),
  ];
}
