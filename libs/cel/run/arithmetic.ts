import type { Context } from './context.js';
import { isList, itemsOf, listSize } from './json.js';
import { MAX_SECONDS, MIN_SECONDS } from './time.js';
import { addKeyed, isKeyed } from './typed-lists.js';
import { asDouble, CelError, Duration, doubleOf, intOf, isInt, noSuchOverload, Timestamp, Uint, uintOf, type Value } from './values.js';

/** Arithmetic with cel-go's errors (common/types, overflow.go). */

const intOverflow = new CelError('integer overflow');
const uintOverflow = new CelError('unsigned integer overflow');
const durationOverflow = new CelError('duration overflow');
const timestampOverflow = new CelError('timestamp overflow');
const BILLION = 1_000_000_000n;

/** A duration, if it fits in 64 bits of nanoseconds. */
function checkedDuration(nanos: bigint): Duration | CelError {
  return nanos >= -(2n ** 63n) && nanos < 2n ** 63n ? new Duration(nanos) : durationOverflow;
}

/** A timestamp, if its year is 1 to 9999. */
export function checkedTimestamp(seconds: number, nanos: number, offset = 0): Timestamp | CelError {
  return seconds >= MIN_SECONDS && seconds <= MAX_SECONDS ? new Timestamp(seconds, nanos, offset) : timestampOverflow;
}

const big = (value: number | bigint): bigint => BigInt(value);

function addTime(time: Timestamp, nanos: bigint): Timestamp | CelError {
  const total = BigInt(time.seconds) * BILLION + BigInt(time.nanos) + nanos;
  const rest = ((total % BILLION) + BILLION) % BILLION;
  return checkedTimestamp(Number((total - rest) / BILLION), Number(rest), time.offset);
}

function nanosOf(time: Timestamp): bigint {
  return BigInt(time.seconds) * BILLION + BigInt(time.nanos);
}

type Exact = (a: bigint, b: bigint) => bigint;

function integers(a: Value, b: Value, exact: Exact): Value | undefined {
  if (isInt(a)) return isInt(b) ? (intOf(exact(big(a), big(b))) ?? intOverflow) : noSuchOverload;
  if (a instanceof Uint) return b instanceof Uint ? (uintOf(exact(big(a.value), big(b.value))) ?? uintOverflow) : noSuchOverload;
  return undefined;
}

function doubles(a: Value, b: Value, run: (a: number, b: number) => number): Value | undefined {
  const left = asDouble(a);
  if (left === undefined) return undefined;
  const right = asDouble(b);
  return right === undefined ? noSuchOverload : doubleOf(run(left, right));
}

/** a + b of numbers, texts, bytes, lists and times. */
export function add(a: Value, b: Value, context: Context): Value {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    const sum = a + b;
    return Number.isSafeInteger(sum) ? sum : (intOf(big(a) + big(b)) ?? intOverflow);
  }
  if (typeof a === 'string') {
    if (typeof b !== 'string') return noSuchOverload;
    // Concatenation is a rope and costs little; reading it later copies it.
    context.work((a.length + b.length) >> 6);
    return a + b;
  }
  if (isList(a)) {
    if (!isList(b)) return noSuchOverload;
    if (isKeyed(a)) return addKeyed(a, b, context);
    context.work((listSize(a) + listSize(b)) >> 1);
    return [...itemsOf(a), ...itemsOf(b)];
  }
  if (a instanceof Uint8Array) {
    if (!(b instanceof Uint8Array)) return noSuchOverload;
    context.work((a.length + b.length) >> 6);
    return new Uint8Array(Buffer.concat([a, b]));
  }
  if (a instanceof Duration) {
    if (b instanceof Duration) return checkedDuration(a.nanos + b.nanos);
    return b instanceof Timestamp ? addTime(b, a.nanos) : noSuchOverload;
  }
  if (a instanceof Timestamp) return b instanceof Duration ? addTime(a, b.nanos) : noSuchOverload;
  const sum = integers(a, b, (x, y) => x + y) ?? doubles(a, b, (x, y) => x + y);
  return sum ?? new CelError('no such overload: _+_');
}

/** a - b of numbers and times. */
export function subtract(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    const difference = a - b;
    return Number.isSafeInteger(difference) ? difference : (intOf(big(a) - big(b)) ?? intOverflow);
  }
  if (a instanceof Duration) return b instanceof Duration ? checkedDuration(a.nanos - b.nanos) : noSuchOverload;
  if (a instanceof Timestamp) {
    if (b instanceof Duration) return addTime(a, -b.nanos);
    return b instanceof Timestamp ? checkedDuration(nanosOf(a) - nanosOf(b)) : noSuchOverload;
  }
  const difference = integers(a, b, (x, y) => x - y) ?? doubles(a, b, (x, y) => x - y);
  return difference ?? new CelError('no such overload: _-_');
}

/** a × b. */
export function multiply(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
  }
  return integers(a, b, (x, y) => x * y) ?? doubles(a, b, (x, y) => x * y) ?? new CelError('no such overload: _*_');
}

const isZero = (b: Value): boolean => b === 0 || (b instanceof Uint && b.value === 0);

/** a / b; integers are truncated. */
export function divide(a: Value, b: Value): Value {
  if ((isInt(a) && isInt(b) && isZero(b)) || (a instanceof Uint && isZero(b))) return new CelError('division by zero');
  return integers(a, b, (x, y) => x / y) ?? doubles(a, b, (x, y) => x / y) ?? new CelError('no such overload: _/_');
}

/** a % b, with the sign of a. */
export function modulo(a: Value, b: Value): Value {
  if ((isInt(a) && isInt(b) && isZero(b)) || (a instanceof Uint && isZero(b))) return new CelError('modulus by zero');
  // The least int has no positive counterpart, and dividing it by -1 overflows.
  if (typeof a === 'bigint' && a === -(2n ** 63n) && b === -1) return intOverflow;
  return integers(a, b, (x, y) => x % y) ?? new CelError('no such overload: _%_');
}

/** -a. */
export function negate(a: Value): Value {
  if (isInt(a)) return intOf(-big(a)) ?? intOverflow;
  const value = asDouble(a);
  if (value !== undefined) return doubleOf(-value);
  return a instanceof Duration ? checkedDuration(-a.nanos) : noSuchOverload;
}
