import { toText } from './run/convert.js';
import { isList, itemsOf } from './run/json.js';
import { entriesOf, isMap } from './run/maps.js';
import { formatDuration, formatTimestamp } from './run/time.js';
import {
  Double,
  Duration,
  HostValue,
  ObjectValue,
  Optional,
  Timestamp,
  TypedList,
  TypedMap,
  TypeValue,
  Uint,
  type Value,
} from './run/values.js';

/** A value as JSON, as upstream converts results of expressions. Values that came of JSON stay what they were. */
export function celToJSON(value: Value): unknown {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? Number(value) : value;
  if (value instanceof TypedList || value instanceof TypedMap) return value.raw;
  if (isList(value)) return itemsOf(value).map(celToJSON);
  if (value instanceof ObjectValue && !value.type.constructible) return value.raw;
  if (value instanceof Double || value instanceof Uint) return Number(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Optional) return value.hasValue ? celToJSON(value.value) : null;
  if (value instanceof TypeValue) return value.name;
  if (value instanceof HostValue) return value.toString();
  if (!isMap(value)) return null;
  return Object.fromEntries([...entriesOf(value)].map(([key, item]) => [String(toText(key)), celToJSON(item)]));
}
