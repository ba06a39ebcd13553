import { goQuote } from '#apimachinery';
import { checkedTimestamp } from './arithmetic.js';
import type { Context } from './context.js';
import { isList, itemsOf } from './json.js';
import { entriesOf, isMap } from './maps.js';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from './time.js';
import {
  asDouble,
  CelError,
  Duration,
  doubleOf,
  HostValue,
  intOf,
  isInt,
  Optional,
  Timestamp,
  TypeValue,
  typeName,
  Uint,
  uintOf,
  type Value,
} from './values.js';

/** Conversions between types (ConvertToType of cel-go's common/types). */

const intOverflow = new CelError('integer overflow');
const uintOverflow = new CelError('unsigned integer overflow');

const wrong = (value: Value, to: string): CelError => new CelError(`type conversion error from '${typeName(value)}' to '${to}'`);

/** int(value). */
export function toInt(value: Value): Value {
  if (isInt(value)) return value;
  if (value instanceof Uint) return intOf(BigInt(value.value)) ?? intOverflow;
  const double = asDouble(value);
  if (double !== undefined) {
    const fits = Math.abs(double) < 2 ** 63;
    return fits ? (intOf(BigInt(Math.trunc(double))) ?? intOverflow) : intOverflow;
  }
  if (typeof value === 'string')
    return (/^[+-]?\d{1,64}$/.test(value) ? intOf(BigInt(value.replace(/^\+/, ''))) : undefined) ?? wrong(value, 'int');
  if (value instanceof Timestamp) return value.seconds;
  if (value instanceof Duration) return intOf(value.nanos) ?? intOverflow;
  return wrong(value, 'int');
}

/** uint(value). */
export function toUint(value: Value): Value {
  if (value instanceof Uint) return value;
  if (isInt(value)) return uintOf(BigInt(value)) ?? uintOverflow;
  const double = asDouble(value);
  if (double !== undefined) return double >= 0 && double < 2 ** 64 ? (uintOf(BigInt(Math.trunc(double))) ?? uintOverflow) : uintOverflow;
  if (typeof value === 'string') return (/^\d{1,64}$/.test(value) ? uintOf(BigInt(value)) : undefined) ?? wrong(value, 'uint');
  return wrong(value, 'uint');
}

function parseFloatText(text: string): number | undefined {
  if (text.length > 512) return undefined;
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** double(value). */
export function toDouble(value: Value): Value {
  if (isInt(value)) return doubleOf(Number(value));
  if (value instanceof Uint) return doubleOf(Number(value.value));
  if (asDouble(value) !== undefined) return value;
  const parsed = typeof value === 'string' ? parseFloatText(value) : undefined;
  return parsed === undefined ? wrong(value, 'double') : doubleOf(parsed);
}

const BOOLS: Readonly<Record<string, boolean>> = {
  ...{ '1': true, t: true, T: true, true: true, TRUE: true, True: true },
  ...{ '0': false, f: false, F: false, false: false, FALSE: false, False: false },
};

/** bool(value). */
export function toBool(value: Value): Value {
  if (typeof value === 'boolean') return value;
  return (typeof value === 'string' && Object.hasOwn(BOOLS, value) ? BOOLS[value] : undefined) ?? wrong(value, 'bool');
}

/** Go's %g of a double: the shortest form, with an exponent below 1e-4 and from 1e6 (strconv/ftoa.go). */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** string(value). */
export function toText(value: Value): Value {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || isInt(value)) return String(value);
  if (value instanceof Uint) return String(value.value);
  const double = asDouble(value);
  if (double !== undefined) return formatDouble(double);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (!(value instanceof Uint8Array)) return wrong(value, 'string');
  try {
    return utf8.decode(value);
  } catch {
    return new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

/** bytes(value). */
export function toBytes(value: Value): Value {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? new Uint8Array(Buffer.from(value)) : wrong(value, 'bytes');
}

/** duration(value). */
export function toDuration(value: Value): Value {
  if (value instanceof Duration) return value;
  if (isInt(value)) return new Duration(BigInt(value));
  const parsed = typeof value === 'string' ? parseDuration(value) : undefined;
  return parsed ?? wrong(value, 'google.protobuf.Duration');
}

/** timestamp(value). */
export function toTimestamp(value: Value): Value {
  if (value instanceof Timestamp) return value;
  if (isInt(value)) return checkedTimestamp(Number(value), 0);
  const parsed = typeof value === 'string' ? parseTimestamp(value) : undefined;
  return parsed ? checkedTimestamp(parsed.seconds, parsed.nanos, parsed.offset) : wrong(value, 'google.protobuf.Timestamp');
}

/** A value in the text of error messages: `no such key: x`. */
export function display(value: Value, context: Context): string {
  context.work(1);
  if (value === null) return 'null';
  if (isList(value))
    return `[${itemsOf(value)
      .map((item) => quoted(item, context))
      .join(', ')}]`;
  if (isMap(value))
    return `{${[...entriesOf(value)].map(([key, item]) => `${quoted(key, context)}: ${quoted(item, context)}`).join(', ')}}`;
  if (value instanceof Optional) return value.hasValue ? `optional(${display(value.value, context)})` : 'optional.none()';
  if (value instanceof HostValue) return value.toString();
  const text = toText(value);
  return typeof text === 'string' ? text : '';
}

function quoted(value: Value, context: Context): string {
  if (typeof value !== 'string') return display(value, context);
  context.work(value.length >> 4);
  return goQuote(value);
}
