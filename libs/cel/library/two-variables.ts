import { fn, type Implementation, type Library, overload } from '../check/functions.js';
import { mapType, typeParam } from '../check/types.js';
import type { Context } from '../run/context.js';
import { display } from '../run/convert.js';
import { type AnyMap, entriesOf, find, put } from '../run/maps.js';
import { CelError, type MapValue, type Value } from '../run/values.js';

/**
 * What transformMap and transformMapEntry become (cel-go's ext/comprehensions.go). Only macros can name it, and they call it with the
 * accumulator, which is a map of the comprehension's own: it is added to in place.
 */

const K = typeParam('K');
const V = typeParam('V');
const map = mapType(K, V);

function insert(target: MapValue, key: Value, value: Value, context: Context): CelError | undefined {
  context.work(8);
  if (find(target, key) !== undefined) return new CelError(`insert failed: key ${display(key, context)} already exists`);
  return put(target, key, value);
}

const insertEntry: Implementation = ([target, key, value], context) => insert(target as MapValue, key, value, context) ?? target;

const insertMap: Implementation = ([target, added], context) => {
  for (const [key, value] of entriesOf(added as AnyMap)) {
    const error = insert(target as MapValue, key, value, context);
    if (error) return error;
  }
  return target;
};

export const twoVariables: Library = [
  fn(
    'cel.@mapInsert',
    overload('@mapInsert_map_key_value', [map, K, V], map, insertEntry),
    overload('@mapInsert_map_map', [map, map], map, insertMap),
  ),
];
