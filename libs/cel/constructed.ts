import { isList, itemsOf } from './run/json.js';
import { entriesOf, isMap } from './run/maps.js';
import { ObjectValue, type Value } from './run/values.js';

/**
 * Whether objects that an expression has constructed stand where the names of their types say: `Object.spec` in the field spec of `Object`
 * (cel/mutation/dynamic CheckTypeNamesMatchFieldPathNames). Returns what is wrong, in upstream's words.
 */
export function typeNameErrors(value: Value, path: string = nameOf(value)): string[] {
  if (value instanceof ObjectValue && value.type.constructible) {
    const { name } = value.type;
    const wrong =
      name === path ? [] : [`unexpected type name "${name}", expected "${path}", which matches field name path from root Object type`];
    return [...wrong, ...Object.entries(value.raw).flatMap(([field, below]) => typeNameErrors(below, `${path}.${field}`))];
  }
  if (isList(value)) return itemsOf(value).flatMap((item) => typeNameErrors(item, path));
  if (!isMap(value) || value instanceof ObjectValue) return [];
  return [...entriesOf(value)].flatMap(([, item]) => typeNameErrors(item, path));
}

const nameOf = (value: Value): string => (value instanceof ObjectValue ? value.type.name : '');

/** A field of an object that an expression has constructed; undefined if it is not set. */
export const constructedField = (value: Value, name: string): Value => (value instanceof ObjectValue ? value.raw[name] : undefined);
