import type { Context } from './context.js';
import { display } from './convert.js';
import { adapt, isList, itemOf, listSize } from './json.js';
import { find, isMap } from './maps.js';
import { asDouble, CelError, isInt, ObjectValue, Optional, TypedMap, typeName, Uint, type Value } from './values.js';

/** Fields, keys and indexes of values (cel-go's interpreter/attributes.go). */

const noSuchKey = (key: Value, context: Context): CelError => new CelError(`no such key: ${display(key, context)}`);

/** An index as an int; an error if it is no whole number. */
function indexOf(index: Value): number | bigint | CelError {
  if (isInt(index)) return index;
  const double = asDouble(index);
  if (double !== undefined && Number.isSafeInteger(double)) return double;
  if (index instanceof Uint) return index.value;
  if (double !== undefined) return new CelError(`unsupported index value ${double} in list`);
  return new CelError(`unsupported index type '${typeName(index)}' in list`);
}

/** What a map has under a key that it does not have. */
const absentOf = ({ elem }: TypedMap): Value | undefined => (elem.absent === undefined ? undefined : adapt(elem.absent, elem));

/** value[key]; undefined if there is none. */
export function lookup(value: Value, key: Value): Value | undefined {
  if (isList(value)) {
    const index = indexOf(key);
    if (index instanceof CelError) return index;
    return typeof index === 'number' && index >= 0 && index < listSize(value) ? itemOf(value, index) : undefined;
  }
  if (!isMap(value)) return undefined;
  return find(value, key) ?? (value instanceof TypedMap && typeof key === 'string' ? absentOf(value) : undefined);
}

/** value[key], or the error that there is none. */
export function access(value: Value, key: Value, context: Context): Value {
  // The fast way of what is most frequent: a name in JSON's object.
  if (value instanceof ObjectValue && typeof key === 'string') {
    return find(value, key) ?? new CelError(`no such key: ${key}`);
  }
  const found = lookup(value, key);
  if (found !== undefined) return found;
  if (isList(value)) return new CelError(`index out of bounds: ${display(key, context)}`);
  return noSuchKey(key, context);
}

/** value.?key or value[?key]: an optional. */
export function optionalAccess(value: Value, key: Value): Value {
  const found = lookup(value, key);
  if (found instanceof CelError) return found;
  return found === undefined ? Optional.none : Optional.of(found);
}
