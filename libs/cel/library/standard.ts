import { fn, type Implementation, type Library, member, type Overload, overload } from '../check/functions.js';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  STRING,
  TIMESTAMP,
  typeParam,
  typeType,
  UINT,
} from '../check/types.js';
import { add, divide, modulo, multiply, negate, subtract } from '../run/arithmetic.js';
import { compare } from '../run/compare.js';
import { toBool, toBytes, toDouble, toDuration, toInt, toText, toTimestamp, toUint } from '../run/convert.js';
import { isList, listSize } from '../run/json.js';
import { isMap, mapSize } from '../run/maps.js';
import { matches } from '../run/regex.js';
import { CelError, TypeValue, typeName, type Value } from '../run/values.js';
import { op } from '../syntax/ast.js';
import { timeFunctions } from './time.js';

/** The standard library (cel-go's common/stdlib/standard.go). Logical operators, ==, != and indexes are the compiler's. */

const A = typeParam('A');
const B = typeParam('B');
const listOfA = listType(A);
const mapOfAB = mapType(A, B);

const NAMES = new Map<CelType, string>([
  [BOOL, 'bool'],
  [BYTES, 'bytes'],
  [DOUBLE, 'double'],
  [DURATION, 'duration'],
  [INT, 'int64'],
  [STRING, 'string'],
  [TIMESTAMP, 'timestamp'],
  [UINT, 'uint64'],
]);
const named = (type: CelType): string => NAMES.get(type) ?? type.name;

/** The signatures of an order: within each type, and between types of numbers. */
function ordered(prefix: string, run: Implementation): Overload[] {
  const one = (type: CelType): Overload => overload(`${prefix}_${named(type)}`, [type, type], BOOL, run);
  const two = (a: CelType, b: CelType): Overload => overload(`${prefix}_${named(a)}_${named(b)}`, [a, b], BOOL, run);
  return [
    ...[one(BOOL), one(INT), two(INT, DOUBLE), two(INT, UINT), one(UINT), two(UINT, DOUBLE), two(UINT, INT)],
    ...[one(DOUBLE), two(DOUBLE, INT), two(DOUBLE, UINT), one(STRING), one(BYTES), one(TIMESTAMP), one(DURATION)],
  ];
}

const comparison =
  (holds: (order: number) => boolean): Implementation =>
  ([a, b], context) => {
    const order = compare(a, b, context);
    return order instanceof CelError ? order : holds(order);
  };

const binary =
  (run: (a: Value, b: Value) => Value): Implementation =>
  ([a, b]) =>
    run(a, b);
const unary =
  (run: (a: Value) => Value): Implementation =>
  ([a]) =>
    run(a);

/** Numbers of one type with an operator. */
const arithmetic = (prefix: string, types: readonly CelType[], run: Implementation): Overload[] =>
  types.map((type) => overload(`${prefix}_${named(type)}`, [type, type], type, run));

const size: Implementation = ([value], context) => {
  if (typeof value === 'string') return context.sizeOf(value);
  if (value instanceof Uint8Array) return value.length;
  if (isList(value)) return listSize(value);
  return isMap(value) ? mapSize(value) : new CelError('no such overload: size');
};

/** A conversion's signatures: to the type from each of others. */
const conversion = (to: CelType, from: readonly CelType[], run: (value: Value) => Value): Overload[] => {
  const parsed = to === DURATION || to === TIMESTAMP;
  const converted: Implementation = ([value], context) => {
    if (typeof value === 'string' || value instanceof Uint8Array) context.work((parsed ? 12 : 0) + (value.length >> 5));
    return run(value);
  };
  return from.map((type) => overload(`${named(type)}_to_${named(to)}`, [type], to, converted));
};

const adds: Implementation = ([a, b], context) => add(a, b, context);
const subtracts = binary(subtract);
const text2 = (run: (text: string, other: string) => boolean): Implementation => {
  return ([text, other], context) => {
    context.work(((text as string).length + (other as string).length) >> 5);
    return run(text as string, other as string);
  };
};
/** The search skips at most 250 characters at a time, so that a long part may be compared with the text many times. */
const contains: Implementation = ([given, part], context) => {
  const text = given as string;
  const sought = part as string;
  context.work((text.length + sought.length) >> 4);
  if (sought.length > 250) context.work((Math.max(text.length - sought.length, 0) * sought.length) / 4096);
  return text.includes(sought);
};
const match: Implementation = ([text, pattern], context) => matches(text as string, pattern as string, context);

export const standard: Library = [
  fn(op.conditional, overload('conditional', [BOOL, A, A], A)),
  fn(op.and, overload('logical_and', [BOOL, BOOL], BOOL)),
  fn(op.or, overload('logical_or', [BOOL, BOOL], BOOL)),
  fn(op.not, overload('logical_not', [BOOL], BOOL)),
  fn(op.notStrictlyFalse, overload('not_strictly_false', [BOOL], BOOL)),
  fn(op.equals, overload('equals', [A, A], BOOL)),
  fn(op.notEquals, overload('not_equals', [A, A], BOOL)),
  fn(
    op.add,
    overload('add_bytes', [BYTES, BYTES], BYTES, adds),
    overload('add_double', [DOUBLE, DOUBLE], DOUBLE, adds),
    overload('add_duration_duration', [DURATION, DURATION], DURATION, adds),
    overload('add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP, adds),
    overload('add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP, adds),
    overload('add_int64', [INT, INT], INT, adds),
    overload('add_list', [listOfA, listOfA], listOfA, adds),
    overload('add_string', [STRING, STRING], STRING, adds),
    overload('add_uint64', [UINT, UINT], UINT, adds),
  ),
  fn('_/_', ...arithmetic('divide', [DOUBLE, INT, UINT], binary(divide))),
  fn('_%_', ...arithmetic('modulo', [INT, UINT], binary(modulo))),
  fn('_*_', ...arithmetic('multiply', [DOUBLE, INT, UINT], binary(multiply))),
  fn(op.negate, overload('negate_double', [DOUBLE], DOUBLE, unary(negate)), overload('negate_int64', [INT], INT, unary(negate))),
  fn(
    '_-_',
    overload('subtract_double', [DOUBLE, DOUBLE], DOUBLE, subtracts),
    overload('subtract_duration_duration', [DURATION, DURATION], DURATION, subtracts),
    overload('subtract_int64', [INT, INT], INT, subtracts),
    overload('subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP, subtracts),
    overload('subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION, subtracts),
    overload('subtract_uint64', [UINT, UINT], UINT, subtracts),
  ),
  fn(
    '_<_',
    ...ordered(
      'less',
      comparison((order) => order < 0),
    ),
  ),
  fn(
    '_<=_',
    ...ordered(
      'less_equals',
      comparison((order) => order <= 0),
    ),
  ),
  fn(
    '_>_',
    ...ordered(
      'greater',
      comparison((order) => order > 0),
    ),
  ),
  fn(
    '_>=_',
    ...ordered(
      'greater_equals',
      comparison((order) => order >= 0),
    ),
  ),
  fn(op.index, overload('index_list', [listOfA, INT], A), overload('index_map', [mapOfAB, A], B)),
  fn('@in', overload('in_list', [A, listOfA], BOOL), overload('in_map', [A, mapOfAB], BOOL)),
  fn(
    'size',
    overload('size_bytes', [BYTES], INT, size),
    member('bytes_size', [BYTES], INT, size),
    overload('size_list', [listOfA], INT, size),
    member('list_size', [listOfA], INT, size),
    overload('size_map', [mapOfAB], INT, size),
    member('map_size', [mapOfAB], INT, size),
    overload('size_string', [STRING], INT, size),
    member('string_size', [STRING], INT, size),
  ),
  fn(
    'type',
    overload('type', [A], typeType(A), ([value]) => new TypeValue(typeName(value))),
  ),
  fn('bool', ...conversion(BOOL, [BOOL, STRING], toBool)),
  fn('bytes', ...conversion(BYTES, [BYTES, STRING], toBytes)),
  fn('double', ...conversion(DOUBLE, [DOUBLE, INT, STRING, UINT], toDouble)),
  fn('duration', ...conversion(DURATION, [DURATION, INT, STRING], toDuration)),
  fn(
    'dyn',
    overload(
      'to_dyn',
      [A],
      DYN,
      unary((value) => value),
    ),
  ),
  fn('int', ...conversion(INT, [INT, DOUBLE, DURATION, STRING, TIMESTAMP, UINT], toInt)),
  fn('string', ...conversion(STRING, [STRING, BOOL, BYTES, DOUBLE, DURATION, INT, TIMESTAMP, UINT], toText)),
  fn('timestamp', ...conversion(TIMESTAMP, [TIMESTAMP, INT, STRING], toTimestamp)),
  fn('uint', ...conversion(UINT, [UINT, DOUBLE, INT, STRING], toUint)),
  fn('contains', member('contains_string', [STRING, STRING], BOOL, contains)),
  fn(
    'endsWith',
    member(
      'ends_with_string',
      [STRING, STRING],
      BOOL,
      text2((text, end) => text.endsWith(end)),
    ),
  ),
  fn(
    'startsWith',
    member(
      'starts_with_string',
      [STRING, STRING],
      BOOL,
      text2((text, start) => text.startsWith(start)),
    ),
  ),
  fn('matches', overload('matches', [STRING, STRING], BOOL, match), member('matches_string', [STRING, STRING], BOOL, match)),
  ...timeFunctions,
];
