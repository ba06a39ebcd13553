import { fn, type Implementation, type Library, member, overload } from '../check/functions.js';
import { BOOL, DYN, INT, listType, mapType, optionalType, STRING, typeParam } from '../check/types.js';
import { isList, itemOf, itemsOf, listSize } from '../run/json.js';
import { isMap, mapSize } from '../run/maps.js';
import { MIN_SECONDS } from '../run/time.js';
import { CelError, Double, Duration, Optional, Timestamp, Uint, type Value } from '../run/values.js';
import { op } from '../syntax/ast.js';

/** Optional values (cel-go's cel/library.go OptionalTypes). The compiler evaluates .?, [?], or and orValue. */

const K = typeParam('K');
const V = typeParam('V');
const optional = optionalType(V);
const list = listType(V);
const map = mapType(K, V);

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === '') return true;
  if (value instanceof Double || value instanceof Uint) return value.value === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Timestamp) return value.seconds === MIN_SECONDS && value.nanos === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Optional) return !value.hasValue;
  if (isList(value)) return listSize(value) === 0;
  return isMap(value) && mapSize(value) === 0;
}

type List = readonly unknown[];

const at =
  (index: (size: number) => number): Implementation =>
  ([value]) => {
    const size = listSize(value as List);
    return size === 0 ? Optional.none : Optional.of(itemOf(value as List, index(size)));
  };

const unwrap: Implementation = ([value], context) => {
  context.work(listSize(value as List) >> 2);
  const values: Value[] = [];
  for (const item of itemsOf(value as List)) {
    if (!(item instanceof Optional)) return new CelError('value is not optional');
    if (item.hasValue) values.push(item.value);
  }
  return values;
};

const innerValue: Implementation = ([value]) =>
  (value as Optional).hasValue ? (value as Optional).value : new CelError('optional.none() dereference');

export const optionals: Library = [
  fn(
    'optional.of',
    overload('optional_of', [V], optional, ([value]) => Optional.of(value)),
  ),
  fn(
    'optional.ofNonZeroValue',
    overload('optional_ofNonZeroValue', [V], optional, ([value]) => (isZero(value) ? Optional.none : Optional.of(value))),
  ),
  fn(
    'optional.none',
    overload('optional_none', [], optional, () => Optional.none),
  ),
  fn('value', member('optional_value', [optional], V, innerValue)),
  fn(
    'hasValue',
    member('optional_hasValue', [optional], BOOL, ([value]) => (value as Optional).hasValue),
  ),
  fn('or', member('optional_or_optional', [optional, optional], optional)),
  fn('orValue', member('optional_orValue_value', [optional, V], V)),
  fn(op.optSelect, overload('select_optional_field', [DYN, STRING], optional)),
  fn(
    op.optIndex,
    overload('list_optindex_optional_int', [list, INT], optional),
    overload('optional_list_optindex_optional_int', [optionalType(list), INT], optional),
    overload('map_optindex_optional_value', [map, K], optional),
    overload('optional_map_optindex_optional_value', [optionalType(map), K], optional),
  ),
  fn(
    op.index,
    overload('optional_list_index_int', [optionalType(list), INT], optional),
    overload('optional_map_index_value', [optionalType(map), K], optional),
  ),
  fn(
    'last',
    member(
      'list_last',
      [list],
      optional,
      at((size) => size - 1),
    ),
  ),
  fn(
    'first',
    member(
      'list_first',
      [list],
      optional,
      at(() => 0),
    ),
  ),
  fn('optional.unwrap', overload('optional_unwrap', [listType(optional)], list, unwrap)),
  fn('unwrapOpt', member('optional_unwrapOpt', [listType(optional)], list, unwrap)),
];
