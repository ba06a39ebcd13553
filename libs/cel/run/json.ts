import type { CelType } from '../check/types.js';
import { parseDuration, parseTimestamp } from './time.js';
import { CelError, doubleOf, isPlainObject, ObjectValue, Optional, TypedList, TypedMap, type Value } from './values.js';

/** Reading JSON by its declared type, in place (apiserver/pkg/cel/common/valuesunstructured.go UnstructuredToVal). */

function readString(raw: unknown, type: CelType): Value {
  if (typeof raw !== 'string') return raw;
  switch (type.format) {
    case 'duration':
      return parseDuration(raw) ?? new CelError(`Invalid duration ${raw}: time: invalid duration ${JSON.stringify(raw)}`);
    case 'date':
      return parseTimestamp(`${raw}T00:00:00Z`) ?? new CelError(`Invalid date formatted string ${raw}`);
    case 'date-time':
      return parseTimestamp(raw) ?? new CelError(`Invalid date-time formatted string ${raw}`);
    case 'byte':
      return new Uint8Array(Buffer.from(raw, 'base64'));
  }
  return raw;
}

const GREATEST = 2n ** 63n - 1n;

/** An int beyond those that JSON's numbers hold exactly: at most the greatest one. */
function largeInt(raw: number): Value {
  if (!Number.isFinite(raw) || !Number.isInteger(raw)) return raw;
  const value = BigInt(raw);
  return value > GREATEST ? GREATEST : value < -GREATEST ? -GREATEST - 1n : value;
}

/** A value of JSON, or one that an expression gave, as a value of its type. */
export function adapt(raw: unknown, type: CelType): Value {
  if (type.plain) {
    if (typeof raw === 'number' && type.kind === 'int' && !Number.isSafeInteger(raw)) return largeInt(raw);
    return raw === undefined ? null : raw;
  }
  if (raw === null || raw === undefined) return null;
  switch (type.kind) {
    case 'double':
      return typeof raw === 'number' ? doubleOf(raw) : raw;
    case 'bytes':
    case 'duration':
    case 'timestamp':
      return readString(raw, type);
    case 'list':
      return Array.isArray(raw) ? new TypedList(raw, type.params[0] as CelType, type.listType && type) : raw;
    case 'map':
      return isPlainObject(raw) ? new TypedMap(raw, type.params[1] as CelType) : raw;
    case 'struct':
      return isPlainObject(raw) ? new ObjectValue(raw, type) : raw;
    case 'opaque':
      return raw instanceof Optional && raw.hasValue ? Optional.of(adapt(raw.value, type.params[0] as CelType)) : raw;
  }
  return raw;
}

/** An item of a list. */
export function itemOf(list: readonly unknown[] | TypedList, index: number): Value {
  return list instanceof TypedList ? adapt(list.raw[index], list.elem) : list[index];
}

/** The items of a list. */
export function itemsOf(list: readonly unknown[] | TypedList): readonly Value[] {
  return list instanceof TypedList ? list.raw.map((raw) => adapt(raw, list.elem)) : list;
}

/** Whether a value is a list. */
export function isList(value: Value): value is readonly unknown[] | TypedList {
  return Array.isArray(value) || value instanceof TypedList;
}

/** The number of a list's items. */
export function listSize(list: readonly unknown[] | TypedList): number {
  return list instanceof TypedList ? list.raw.length : list.length;
}
