import { type CelField, type CelType, fieldOf } from '../check/types.js';
import { adapt } from './json.js';
import { CelError, Double, isInt, isPlainObject, MapValue, ObjectValue, TypedMap, Uint, type Value } from './values.js';

/** Maps of all forms: JSON's objects, typed or not, objects with fields, and maps that an expression made. */
export type AnyMap = Readonly<Record<string, unknown>> | TypedMap | ObjectValue | MapValue;

/** Whether a value is a map or an object. */
export function isMap(value: Value): value is AnyMap {
  return value instanceof ObjectValue || value instanceof TypedMap || value instanceof MapValue || isPlainObject(value);
}

/** What a key is looked up by: numbers of all types that are equal are the same key. */
function keyText(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (isInt(key)) return `n${key}`;
  if (key instanceof Uint || key instanceof Double) return `n${key.value}`;
  return undefined;
}

/** Escaped names of fields by the keys of JSON. */
const escapedNames = new WeakMap<CelType, ReadonlyMap<string, CelField>>();

/** The fields of an object type by the keys of JSON, with the names that expressions use. */
export function fieldsByKey(type: CelType): ReadonlyMap<string, CelField> {
  const known = escapedNames.get(type);
  if (known) return known;
  const made = new Map([...(type.fields ?? [])].map(([name, field]) => [field.key, { key: name, type: field.type }]));
  escapedNames.set(type, made);
  return made;
}

/** The value of a key; undefined if there is none. */
export function find(map: AnyMap, key: Value): Value | undefined {
  if (map instanceof MapValue) {
    const text = keyText(key);
    return text === undefined ? undefined : map.entries.get(text)?.[1];
  }
  if (typeof key !== 'string') return undefined;
  if (map instanceof ObjectValue) {
    const field = fieldOf(map.type, key);
    if (!field || !Object.hasOwn(map.raw, field.key)) return undefined;
    // A field that is null is as good as absent.
    const raw = map.raw[field.key];
    return raw === null || raw === undefined ? undefined : adapt(raw, field.type);
  }
  if (map instanceof TypedMap) return Object.hasOwn(map.raw, key) ? adapt(map.raw[key], map.elem) : undefined;
  if (!Object.hasOwn(map, key)) return undefined;
  const value = map[key];
  return value === undefined ? null : value;
}

/** The number of a map's keys. */
export function mapSize(map: AnyMap): number {
  if (map instanceof MapValue) return map.entries.size;
  if (map instanceof ObjectValue || map instanceof TypedMap) return Object.keys(map.raw).length;
  return Object.keys(map).length;
}

/** The keys of a map, in its order. */
export function keysOf(map: AnyMap): readonly Value[] {
  if (map instanceof MapValue) return [...map.entries.values()].map(([key]) => key);
  if (map instanceof TypedMap) return Object.keys(map.raw);
  if (!(map instanceof ObjectValue)) return Object.keys(map);
  const fields = fieldsByKey(map.type);
  return Object.keys(map.raw).map((key) => fields.get(key)?.key ?? key);
}

/** The keys and values of a map, in its order. */
export function* entriesOf(map: AnyMap): Generator<readonly [Value, Value]> {
  if (map instanceof MapValue) yield* map.entries.values();
  else for (const key of keysOf(map)) yield [key, find(map, key) ?? null];
}

/** Adds to a map that an expression makes; an error if the key cannot be one. */
export function put(map: MapValue, key: Value, value: Value): CelError | undefined {
  const text = keyText(key);
  if (text === undefined) return new CelError('unsupported key type');
  map.entries.set(text, [key, value]);
  return undefined;
}
