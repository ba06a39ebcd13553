import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  fieldPath,
  invalidValue,
  isQualifiedName,
  required,
} from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { createdAtColumn, nameColumn } from '../columns.js';
import { validateLimitAmounts } from './limit-range-amounts.js';
import { validateContainerResourceName, validateResourceName } from './resource-names.js';

type LimitRange = corev1.LimitRange;
type Item = corev1.LimitRangeItem;

const TYPES = new Set(['Pod', 'Container', 'PersistentVolumeClaim']);

/** A missing default is taken from the maximum, a missing default request from the default, and otherwise from the minimum. */
function setItemDefaults(item: Item): void {
  if (item.type !== 'Container') return;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}

function validateType(type: string, path: FieldPath): FieldError[] {
  const errors = isQualifiedName(type).map((message) => invalidValue(path, type, message));
  if (errors.length === 0 && !type.includes('/') && !TYPES.has(type)) {
    errors.push(invalidValue(path, type, 'must be a standard limit type or fully qualified'));
  }
  return errors;
}

function validateNames(
  item: Item,
  field: 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio',
  path: FieldPath,
): FieldError[] {
  const check = item.type === 'Pod' || item.type === 'Container' ? validateContainerResourceName : validateResourceName;
  return Object.keys(item[field] ?? {}).flatMap((name) => check(name, path.child(field).key(name)));
}

function validateItem(item: Item, path: FieldPath): FieldError[] {
  const errors = [...validateNames(item, 'max', path), ...validateNames(item, 'min', path)];
  for (const field of ['default', 'defaultRequest'] as const) {
    if (item.type !== 'Pod') append(errors, validateNames(item, field, path));
    else if (Object.keys(item[field] ?? {}).length > 0) {
      errors.push(fieldForbidden(path.child(field), "may not be specified when `type` is 'Pod'"));
    }
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined) {
    errors.push(required(path.child('limits'), 'either minimum or maximum storage value is required, but neither was provided'));
  }
  append(errors, validateNames(item, 'maxLimitRequestRatio', path));
  return [...errors, ...validateLimitAmounts(item, path)];
}

function validate(object: LimitRange): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, item] of (object.spec?.limits ?? []).entries()) {
    const path = fieldPath('spec', 'limits').index(index);
    append(errors, validateType(item.type, path.child('type')));
    if (seen.has(item.type)) errors.push(duplicate(path.child('type'), item.type));
    seen.add(item.type);
    append(errors, validateItem(item, path));
  }
  return errors;
}

/** LimitRanges (pkg/registry/core/limitrange). */
export const limitRange: ResourceStrategy<LimitRange> = {
  group: '',
  resource: 'limitranges',
  setDefaults(object) {
    for (const item of object.spec?.limits ?? []) setItemDefaults(item);
  },
  prepareForCreate(object, ctx) {
    object.metadata.name ||= ctx.random.draw('name', ctx.namespace).uuid();
  },
  validate,
  validateUpdate: validate,
  createOnUpdate: true,
  columns: [nameColumn, createdAtColumn],
};
