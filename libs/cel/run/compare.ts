import type { Context } from './context.js';
import { adapt, isList, itemOf, listSize } from './json.js';
import { entriesOf, fieldsByKey, find, isMap, mapSize } from './maps.js';
import { equalKeyed, isKeyed } from './typed-lists.js';
import {
  asDouble,
  CelError,
  Double,
  Duration,
  HostValue,
  isInt,
  noSuchOverload,
  ObjectValue,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.js';

/** Equality and order of values (cel-go's common/types). */

/** The number that an int, uint or double is; undefined for other values. */
function numeric(value: Value): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof Double || value instanceof Uint ? value.value : undefined;
}

function equalLists(a: readonly unknown[] | Value, b: Value, context: Context): boolean {
  if (!isList(a) || !isList(b)) return false;
  const size = listSize(a);
  if (size !== listSize(b)) return false;
  for (let i = 0; i < size; i++) if (!equal(itemOf(a, i), itemOf(b, i), context)) return false;
  return true;
}

function equalMaps(a: Value, b: Value, context: Context): boolean {
  if (!isMap(a) || !isMap(b) || mapSize(a) !== mapSize(b)) return false;
  context.work(6);
  for (const [key, value] of entriesOf(a)) {
    context.work(2);
    const other = find(b, key);
    if (other === undefined || !equal(value, other, context)) return false;
  }
  return true;
}

function equalObjects(a: ObjectValue, b: ObjectValue, context: Context): boolean {
  if (a.raw === b.raw) return true;
  context.work(6);
  const keys = Object.keys(a.raw);
  if (keys.length !== Object.keys(b.raw).length) return false;
  const fields = fieldsByKey(a.type);
  for (const key of keys) {
    const type = fields.get(key)?.type;
    const [left, right] = [a.raw[key], b.raw[key]];
    // Unknown fields that only one of them has do not count.
    if (!type && !Object.hasOwn(b.raw, key)) continue;
    if ((left ?? null) === null || (right ?? null) === null) {
      if ((left ?? null) !== (right ?? null)) return false;
    } else if (!equal(type ? adapt(left, type) : left, type ? adapt(right, type) : right, context)) return false;
  }
  return true;
}

function equalBytes(a: Uint8Array, b: Value, context: Context): boolean {
  context.work(a.length >> 6);
  return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

/** Whether two values are equal; values of different types are not, except numbers. */
export function equal(a: Value, b: Value, context: Context): boolean {
  context.work(1);
  if (typeof a === 'string' || typeof b === 'string') {
    if (typeof a === 'string' && typeof b === 'string' && a.length === b.length) context.work(a.length >> 6);
    return a === b;
  }
  if (a === null || b === null || typeof a === 'boolean' || typeof b === 'boolean') return a === b;
  const left = numeric(a);
  // Numbers of different types are equal if they are the same number, which is what == of number and bigint means.
  // biome-ignore lint/suspicious/noDoubleEquals: see above.
  if (left !== undefined) return left == numeric(b);
  context.work(1);
  if (isKeyed(a)) return equalKeyed(a, b, context, (x, y) => equal(x, y, context));
  if (isList(a)) return equalLists(a, b, context);
  if (a instanceof ObjectValue && b instanceof ObjectValue) return equalObjects(a, b, context);
  if (isMap(a)) return equalMaps(a, b, context);
  if (a instanceof Uint8Array) return equalBytes(a, b, context);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.seconds === b.seconds && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Optional) {
    if (!(b instanceof Optional)) return false;
    return a.hasValue ? b.hasValue && equal(a.value, b.value, context) : !b.hasValue;
  }
  if (a instanceof HostValue) return b instanceof HostValue && a.type === b.type && a.equals(b);
  return a === b;
}

const order = <T extends number | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order of texts as UTF-8: that of code points, which UTF-16 has not. */
function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const highX = x >= 0xd800 && x <= 0xdfff;
    const highY = y >= 0xd800 && y <= 0xdfff;
    return highX === highY ? order(x, y) : highX ? 1 : -1;
  }
  return order(a.length, b.length);
}

const nan = new CelError('NaN values cannot be ordered');

/** -1, 0 or 1; an error where there is no order. */
export function compare(a: Value, b: Value, context: Context): number | CelError {
  if (typeof a === 'number' && typeof b === 'number' && !Number.isNaN(a) && !Number.isNaN(b)) return order(a, b);
  const left = numeric(a);
  if (left !== undefined) {
    const right = numeric(b);
    if (right === undefined) return noSuchOverload;
    if (Number.isNaN(left) || Number.isNaN(right)) return nan;
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') {
    context.work(Math.min(a.length, b.length) >> 5);
    return compareStrings(a, b);
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') return order(Number(a), Number(b));
  if (a instanceof Timestamp && b instanceof Timestamp) return order(a.seconds, b.seconds) || order(a.nanos, b.nanos);
  if (a instanceof Duration && b instanceof Duration) return order(a.nanos, b.nanos);
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    context.work(Math.min(a.length, b.length) >> 6);
    return Buffer.compare(a, b);
  }
  return noSuchOverload;
}

/** Whether values of this type have an order at all. */
export function isComparable(value: Value): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || isInt(value) || asDouble(value) !== undefined) return true;
  return value instanceof Uint || value instanceof Timestamp || value instanceof Duration || value instanceof Uint8Array;
}
