import { fn, type Implementation, type Library, member, type Overload, overload } from '../check/functions.js';
import { BOOL, BYTES, type CelType, DOUBLE, DURATION, DYN, INT, listType, STRING, TIMESTAMP, typeParam, UINT } from '../check/types.js';
import { add } from '../run/arithmetic.js';
import { compare, equal, isComparable } from '../run/compare.js';
import type { Context } from '../run/context.js';
import { isList, itemOf, itemsOf, listSize } from '../run/json.js';
import { CelError, Double, Duration, noSuchOverload, typeName, Uint, type Value } from '../run/values.js';

/** Lists: Kubernetes' (apiserver/pkg/cel/library/lists.go), cel-go's ext/lists.go of version 3, and ext/sets.go. */

type List = readonly unknown[];

const T = typeParam('T');
const A = typeParam('A');
const listOfT = listType(T);
const comparable: readonly [string, CelType][] = [
  ...([
    ['int', INT],
    ['uint', UINT],
    ['double', DOUBLE],
    ['bool', BOOL],
    ['duration', DURATION],
    ['timestamp', TIMESTAMP],
  ] as const),
  ...([
    ['string', STRING],
    ['bytes', BYTES],
  ] as const),
].map(([name, type]) => [name, type]);
const zeros: readonly [string, CelType, Value][] = [
  ['int', INT, 0],
  ['uint', UINT, new Uint(0)],
  ['double', DOUBLE, new Double(0)],
  ['duration', DURATION, new Duration(0n)],
];

const isSorted: Implementation = ([list], context) => {
  const items = itemsOf(list as List);
  for (const item of items) if (!isComparable(item)) return noSuchOverload;
  for (let i = 1; i < items.length; i++) if (compare(items[i - 1], items[i], context) === 1) return false;
  return true;
};

const sum =
  (zero: Value): Implementation =>
  ([list], context) => {
    let total = zero;
    for (const item of itemsOf(list as List)) {
      context.work(1);
      total = add(total, item, context);
      if (total instanceof CelError) return noSuchOverload;
    }
    return total;
  };

const extreme =
  (name: 'min' | 'max', better: number): Implementation =>
  ([list], context) => {
    let best: Value;
    for (const item of itemsOf(list as List)) {
      context.work(1);
      if (!isComparable(item)) return noSuchOverload;
      if (best === undefined || compare(best, item, context) === better) best = item;
    }
    return best === undefined ? new CelError(`${name} called on empty list`) : best;
  };

const indexOf: Implementation = ([list, item], context) => {
  const size = listSize(list as List);
  for (let i = 0; i < size; i++) if (equal(itemOf(list as List, i), item, context)) return i;
  return -1;
};

const lastIndexOf: Implementation = ([list, item], context) => {
  for (let i = listSize(list as List) - 1; i >= 0; i--) if (equal(itemOf(list as List, i), item, context)) return i;
  return -1;
};

const slice: Implementation = ([list, from, to], context) => {
  const [start, end] = [Number(from), Number(to)];
  const what = `cannot slice(${from}, ${to})`;
  const size = listSize(list as List);
  if (start < 0 || end < 0) return new CelError(`${what}, negative indexes not supported`);
  if (start > end) return new CelError(`${what}, start index must be less than or equal to end index`);
  if (size < end) return new CelError(`${what}, list is length ${size}`);
  context.work((end - start) >> 2);
  return itemsOf(list as List).slice(start, end);
};

function flattened(list: Value, depth: number, into: Value[], context: Context): void {
  for (const item of itemsOf(list as List)) {
    context.work(2);
    if (isList(item) && depth > 0) flattened(item, depth - 1, into, context);
    else into.push(item);
  }
}

const flatten: Implementation = ([list, depth], context) => {
  const levels = depth === undefined ? 1 : Number(depth);
  if (levels < 0) return new CelError('level must be non-negative');
  const values: Value[] = [];
  flattened(list, levels, values, context);
  return values;
};

/** The items of a list in the order of their keys. */
function sorted(list: List, keys: List, context: Context): Value {
  const all = itemsOf(keys);
  const items = itemsOf(list);
  const [head] = all;
  if (items.length !== all.length)
    return new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${items.length} and ${all.length} elements respectively`,
    );
  if (items.length === 0) return list;
  context.work(8 + items.length);
  if (!isComparable(head)) return new CelError('list elements must be comparable');
  if (all.some((key) => typeName(key) !== typeName(head))) return new CelError('list elements must have the same type');
  const order = all.map((_, i) => i);
  order.sort((a, b) => {
    context.work(1);
    const found = compare(all[a], all[b], context);
    return typeof found === 'number' ? found : 0;
  });
  return order.map((i) => items[i]);
}

const sort: Implementation = ([list], context) => sorted(list as List, list as List, context);
const sortByKeys: Implementation = ([list, keys], context) => sorted(list as List, keys as List, context);

const range: Implementation = ([count], context) => {
  const size = Math.max(Number(count), 0);
  context.work(size);
  return Array.from({ length: size }, (_, i) => i);
};

const reverse: Implementation = ([list], context) => {
  context.work(4 + (listSize(list as List) >> 2));
  return [...itemsOf(list as List)].reverse();
};

const distinct: Implementation = ([list], context) => {
  const unique: Value[] = [];
  context.work(4);
  for (const item of itemsOf(list as List)) if (!unique.some((other) => equal(item, other, context))) unique.push(item);
  return unique;
};

const has = (list: Value, item: Value, context: Context): boolean => indexOf([list, item], context) !== -1;
const contains: Implementation = ([list, part], context) => itemsOf(part as List).every((item) => has(list, item, context));
const equivalent: Implementation = ([a, b], context) => contains([a, b], context) === true && contains([b, a], context) === true;
const intersects: Implementation = ([a, b], context) => itemsOf(a as List).some((item) => has(b, item, context));

const each = (make: (name: string, type: CelType) => Overload): Overload[] => comparable.map(([name, type]) => make(name, type));
/** Names of types as ext/lists.go has them in its overloads. */
const long = (name: string, type: CelType): string =>
  type === DURATION ? 'google.protobuf.Duration' : type === TIMESTAMP ? 'google.protobuf.Timestamp' : name;

export const kubernetesLists: Library = [
  fn('isSorted', ...each((name, type) => member(`list_${name}_is_sorted_bool`, [listType(type)], BOOL, isSorted))),
  fn('sum', ...zeros.map(([name, type, zero]) => member(`list_${name}_sum_${name}`, [listType(type)], type, sum(zero)))),
  fn('max', ...each((name, type) => member(`list_${name}_max_${name}`, [listType(type)], type, extreme('max', -1)))),
  fn('min', ...each((name, type) => member(`list_${name}_min_${name}`, [listType(type)], type, extreme('min', 1)))),
  fn('indexOf', member('list_a_index_of_int', [listType(A), A], INT, indexOf)),
  fn('lastIndexOf', member('list_a_last_index_of_int', [listType(A), A], INT, lastIndexOf)),
];

export const extendedLists: Library = [
  fn('slice', member('list_slice', [listOfT, INT, INT], listOfT, slice)),
  fn(
    'flatten',
    member('list_flatten', [listType(listOfT)], listOfT, flatten),
    member('list_flatten_int', [listType(DYN), INT], listType(DYN), flatten),
  ),
  fn('sort', ...each((name, type) => member(`list_${long(name, type)}_sort`, [listType(type)], listType(type), sort))),
  fn(
    '@sortByAssociatedKeys',
    ...each((name, type) => member(`list_${long(name, type)}_sortByAssociatedKeys`, [listOfT, listType(type)], listOfT, sortByKeys)),
  ),
  fn('lists.range', overload('lists_range', [INT], listType(INT), range)),
  fn('reverse', member('list_reverse', [listOfT], listOfT, reverse)),
  fn('distinct', member('list_distinct', [listOfT], listOfT, distinct)),
];

export const sets: Library = [
  fn('sets.contains', overload('list_sets_contains_list', [listOfT, listOfT], BOOL, contains)),
  fn('sets.equivalent', overload('list_sets_equivalent_list', [listOfT, listOfT], BOOL, equivalent)),
  fn('sets.intersects', overload('list_sets_intersects_list', [listOfT, listOfT], BOOL, intersects)),
];
