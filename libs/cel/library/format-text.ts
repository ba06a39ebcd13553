import { goQuote } from '#apimachinery';
import type { Context } from '../run/context.js';
import { formatDouble, toText } from '../run/convert.js';
import { isList, itemsOf } from '../run/json.js';
import { entriesOf, isMap } from '../run/maps.js';
import {
  asDouble,
  CelError,
  Duration,
  HostValue,
  isInt,
  ObjectValue,
  Optional,
  Timestamp,
  typeName,
  Uint,
  type Value,
} from '../run/values.js';

/** string.format of the first version (cel-go's ext/formatting.go), with the locale en_US. */

/** An error of one clause. */
class FormatError {
  constructor(readonly message: string) {}
}

const given = (value: Value): string => typeName(value);
const DEFAULT_PRECISION = 6;
const MAX_PRECISION = 100;
const STRINGS =
  'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given';

/** A value within a list or map, as a literal of CEL (clauseForType, quoteForCEL). */
function inner(value: Value, context: Context): string {
  const double = asDouble(value);
  if (double !== undefined) return Number.isFinite(double) ? fixedText(double, DEFAULT_PRECISION) : goQuote(formatDouble(double));
  if (value instanceof Optional || value instanceof HostValue) throw new FormatError(`no formatting function for ${typeName(value)}`);
  const text = asString(value, context);
  if (typeof value === 'string') return goQuote(text);
  if (value instanceof Uint8Array) return `b${goQuote(text)}`;
  if (value instanceof Timestamp) return `timestamp(${goQuote(text)})`;
  return value instanceof Duration ? `duration(${goQuote(text)})` : text;
}

function asMap(value: Value, context: Context): string {
  if (!isMap(value)) return '';
  const pairs = [...entriesOf(value)].map(([key, item]): [string, string] => {
    if (asDouble(key) !== undefined) throw new FormatError('no formatting function for map key of type double');
    const keyText = typeof key === 'string' ? goQuote(key) : asString(key, context);
    return [keyText, inner(item, context)];
  });
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${pairs.map(([key, item]) => `${key}:${item}`).join(', ')}}`;
}

function asString(value: Value, context: Context): string {
  context.work(16);
  if (isList(value))
    return `[${itemsOf(value)
      .map((item) => inner(item, context))
      .join(', ')}]`;
  if (value === null) return 'null';
  if (isMap(value) && !(value instanceof ObjectValue && value.type.constructible)) return asMap(value, context);
  if (value instanceof Optional || value instanceof HostValue || isMap(value)) throw new FormatError(`${STRINGS} ${given(value)}`);
  const text = toText(value);
  if (text instanceof CelError) throw new FormatError(text.message);
  context.work(String(text).length >> 4);
  return String(text);
}

/** A number with commas between thousands, as the printer of en_US writes it. */
function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const commas = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? commas : `${commas}.${fraction}`;
}

function numberOf(value: Value, what: string): number {
  const special: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity };
  const double = asDouble(value) ?? (typeof value === 'string' && Object.hasOwn(special, value) ? special[value] : undefined);
  if (double === undefined) throw new FormatError(`${what} clause can only be used on doubles, was given ${given(value)}`);
  return double;
}

const nonFinite = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞');

/** A finite number with digits after the point. */
function fixedText(double: number, precision: number): string {
  if (Math.abs(double) < 1e21) return double.toFixed(precision);
  return BigInt(double).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '');
}

function asFixed(value: Value, precision: number): string {
  const double = numberOf(value, 'fixed-point');
  return Number.isFinite(double) ? grouped(fixedText(double, precision)) : nonFinite(double);
}

/** Upstream takes the precision for a width: there are always six digits. */
function asScientific(value: Value, width: number): string {
  const double = numberOf(value, 'scientific');
  if (!Number.isFinite(double)) return nonFinite(double);
  const [mantissa, exponent = '0'] = double.toExponential(DEFAULT_PRECISION).split('e');
  const sign = exponent.startsWith('-') ? '-' : '';
  const text = `${mantissa}\u202f×\u202f10${superscript(`${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`)}`;
  return text.padStart(width);
}

function superscript(text: string): string {
  return text.replace(/[-0-9]/g, (char) => (char === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(char)] ?? char)));
}

function integer(value: Value): bigint | undefined {
  if (isInt(value)) return BigInt(value);
  return value instanceof Uint ? BigInt(value.value) : undefined;
}

function asDecimal(value: Value): string {
  const number = integer(value);
  if (number === undefined) throw new FormatError(`decimal clause can only be used on integers, was given ${given(value)}`);
  return String(number);
}

function asBinary(value: Value): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  const number = integer(value);
  if (number === undefined) throw new FormatError(`only integers and bools can be formatted as binary, was given ${given(value)}`);
  return number.toString(2);
}

function asHex(value: Value, upper: boolean): string {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const number = integer(value);
  if (!(bytes instanceof Uint8Array) && number === undefined)
    throw new FormatError(`only integers, byte buffers, and strings can be formatted as hex, was given ${given(value)}`);
  const text = bytes instanceof Uint8Array ? Buffer.from(bytes).toString('hex') : (number ?? 0n).toString(16);
  return upper ? text.toUpperCase() : text;
}

function asOctal(value: Value): string {
  const number = integer(value);
  if (number === undefined) throw new FormatError(`octal clause can only be used on integers, was given ${given(value)}`);
  return number.toString(8);
}

function clause(kind: string, precision: number, value: Value, context: Context): string {
  switch (kind) {
    case 's':
      return asDouble(value) === undefined ? asString(value, context) : formatDouble(asDouble(value) ?? 0);
    case 'd':
      return asDecimal(value);
    case 'f':
      return asFixed(value, precision);
    case 'e':
      return asScientific(value, precision);
    case 'b':
      return asBinary(value);
    case 'x':
    case 'X':
      return asHex(value, kind === 'X');
    default:
      return asOctal(value);
  }
}

function formatClause(kind: string, precision: number, value: Value, context: Context): string {
  try {
    return clause(kind, precision, value, context);
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`error during formatting: ${error.message}`);
    throw error;
  }
}

const CLAUSE = /%(?:(%)|(?:\.(\d*))?([\s\S]?))/g;

/** The text with its clauses replaced by arguments; an error of cel-go's text if they do not fit. */
export function formatText(text: string, list: Value, context: Context): string | CelError {
  const args = isList(list) ? itemsOf(list) : [];
  context.work((text.length >> 3) + args.length);
  let index = 0;
  try {
    return text.replace(CLAUSE, (_, percent?: string, digits?: string, kind = '') => {
      if (percent) return '%';
      if (index >= args.length) throw new FormatError(`index ${index} out of range`);
      if (kind === '')
        throw new FormatError(
          digits === undefined
            ? 'unexpected end of string'
            : 'could not parse formatting clause: error while parsing precision: could not find end of precision specifier',
        );
      if (!'sdfebxXo'.includes(kind)) throw new FormatError(`could not parse formatting clause: unrecognized formatting clause "${kind}"`);
      const precision = digits === undefined ? DEFAULT_PRECISION : Math.min(Number(digits), MAX_PRECISION);
      return formatClause(kind, precision, args[index++], context);
    });
  } catch (error) {
    if (error instanceof FormatError) return new CelError(error.message);
    throw error;
  }
}
