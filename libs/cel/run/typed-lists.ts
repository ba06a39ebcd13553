import type { Context } from './context.js';
import { isList, itemOf, listSize } from './json.js';
import { find, isMap } from './maps.js';
import { ObjectValue, TypedList, TypedMap, type Value } from './values.js';

/** Lists of type set and map: their order does not count, and + merges them (apiserver/pkg/cel/common/valuesunstructured.go). */

/** Whether a list is one of these. */
export function isKeyed(value: Value): value is TypedList {
  return value instanceof TypedList && value.type?.listType !== undefined;
}

const text = (value: unknown): string => `${typeof value}:${typeof value === 'object' ? JSON.stringify(value) : String(value)}`;

/** What makes an item the same as another: its keys, or the whole of it. */
function keyOf({ type }: TypedList, item: Value): string {
  if (type?.listType !== 'map') return text(item instanceof ObjectValue || item instanceof TypedMap ? item.raw : item);
  if (!isMap(item)) return text(item);
  return (type.mapKeys ?? []).map((name) => text(item instanceof ObjectValue ? item.raw[name] : find(item, name))).join();
}

function byKey(list: TypedList, context: Context): Map<string, number> {
  context.work(list.raw.length);
  return new Map(list.raw.map((_, i) => [keyOf(list, itemOf(list, i)), i]));
}

/** Whether another list has the same items. */
export function equalKeyed(list: TypedList, other: Value, context: Context, equal: (a: Value, b: Value) => boolean): boolean {
  if (!isList(other) || listSize(other) !== list.raw.length) return false;
  const known = byKey(list, context);
  for (let i = 0; i < listSize(other); i++) {
    const item = itemOf(other, i);
    const at = known.get(keyOf(list, item));
    if (at === undefined || (list.type?.listType === 'map' && !equal(itemOf(list, at), item))) return false;
  }
  return true;
}

/** The list with the items of another: in a map, they replace those with their keys. */
export function addKeyed(list: TypedList, other: readonly unknown[] | TypedList, context: Context): TypedList {
  const known = byKey(list, context);
  const raw = [...list.raw];
  for (let i = 0; i < listSize(other); i++) {
    context.work(1);
    const item = itemOf(other, i);
    const key = keyOf(list, item);
    const at = known.get(key);
    if (at === undefined) {
      if (list.type?.listType === 'set') known.set(key, raw.length);
      raw.push(item);
    } else if (list.type?.listType === 'map') raw[at] = item;
  }
  return new TypedList(raw, list.elem, list.type);
}
