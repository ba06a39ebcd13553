import type { CelType } from '../check/types.js';

/**
 * Values of expressions. As many as possible are JavaScript's own, so that JSON is read in place:
 *
 * - null, booleans, strings (sizes count code points);
 * - int: a safe integer as number, otherwise a bigint;
 * - double: a number that is not a safe integer, otherwise a Double;
 * - list: an array or a TypedList; map: a plain object, a TypedMap or a MapValue; object: an ObjectValue;
 * - everything else is an instance of a class.
 */
export type Value = unknown;

/** An error of evaluation. It is a value: `||`, `&&` and the macros absorb it. */
export class CelError {
  constructor(readonly message: string) {}
}

/** A double that is a whole number. */
export class Double {
  constructor(readonly value: number) {}
}

/** An unsigned integer. */
export class Uint {
  constructor(readonly value: number | bigint) {}
}

/** A duration in nanoseconds. */
export class Duration {
  constructor(readonly nanos: bigint) {}
}

/** A moment: seconds since 1970 and nanoseconds. */
export class Timestamp {
  constructor(
    readonly seconds: number,
    readonly nanos: number,
    /** Seconds east of UTC, which string() shows. */
    readonly offset = 0,
  ) {}
}

/** optional.of(value) or optional.none(). */
export class Optional {
  static readonly none = new Optional(false, null);

  private constructor(
    readonly hasValue: boolean,
    readonly value: Value,
  ) {}

  static of(value: Value): Optional {
    return new Optional(true, value);
  }
}

/** A type as a value: `type(1)`, `int`. */
export class TypeValue {
  constructor(readonly name: string) {}
}

/** JSON's array whose elements have to be read by their type. */
export class TypedList {
  constructor(
    readonly raw: readonly unknown[],
    readonly elem: CelType,
    /** Its own type, if its items are a set or a map. */
    readonly type?: CelType,
  ) {}
}

/** JSON's object, as a map, whose values have to be read by their type. */
export class TypedMap {
  constructor(
    readonly raw: Readonly<Record<string, unknown>>,
    readonly elem: CelType,
  ) {}
}

/** JSON's object with the fields of its type. */
export class ObjectValue {
  constructor(
    readonly raw: Readonly<Record<string, unknown>>,
    readonly type: CelType,
  ) {}
}

/** A map that an expression made: its keys are strings, ints, uints or booleans. */
export class MapValue {
  readonly entries = new Map<string, readonly [Value, Value]>();
}

/** A value of a library's type, with what its functions need to know. */
export abstract class HostValue {
  abstract readonly type: CelType;

  /** What == compares. */
  equals(other: HostValue): boolean {
    return this === other;
  }

  /** What size-based costs count. */
  get size(): number {
    return 1;
  }

  /** Its text in errors and JSON. */
  abstract toString(): string;
}

/** The normal form of an int: undefined if it does not fit in 64 bits. */
export function intOf(value: bigint): number | bigint | undefined {
  if (value >= -9007199254740991n && value <= 9007199254740991n) return Number(value);
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined;
}

/** The normal form of an uint: undefined if it is negative or does not fit in 64 bits. */
export function uintOf(value: bigint): Uint | undefined {
  if (value < 0n || value >= 2n ** 64n) return undefined;
  return new Uint(value <= 9007199254740991n ? Number(value) : value);
}

/** The normal form of a double. */
export function doubleOf(value: number): number | Double {
  return Number.isSafeInteger(value) ? new Double(value) : value;
}

/** Whether a value is an int. */
export function isInt(value: Value): value is number | bigint {
  return typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'bigint';
}

/** A double as a number; undefined for other values. */
export function asDouble(value: Value): number | undefined {
  if (value instanceof Double) return value.value;
  return typeof value === 'number' && !Number.isSafeInteger(value) ? value : undefined;
}

/** Whether a value is a plain object of JSON, also one of another realm, as structuredClone makes them within a vm context. */
export function isPlainObject(value: Value): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The name of a value's type: `int`, `list`, `net.IP`. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return Number.isSafeInteger(value) ? 'int' : 'double';
  }
  if (value === null || value === undefined) return 'null_type';
  if (Array.isArray(value) || value instanceof TypedList) return 'list';
  if (value instanceof ObjectValue) return value.type.constructible ? value.type.name : 'map';
  if (value instanceof Double) return 'double';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof HostValue) return value.type.name;
  return value instanceof CelError ? 'error' : 'map';
}

/** Code points of a text. */
export function stringSize(text: string): number {
  // Texts without surrogates are recognized much faster than they can be counted.
  if (text.length > 16 && !/[\ud800-\udbff]/.test(text)) return text.length;
  let surrogates = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdbff && i + 1 < text.length) {
      const next = text.charCodeAt(i + 1);
      if (next >= 0xdc00 && next <= 0xdfff) {
        surrogates++;
        i++;
      }
    }
  }
  return text.length - surrogates;
}

export const noSuchOverload = new CelError('no such overload');
