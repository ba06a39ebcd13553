import { isJsonObject, isSharedFields, plainCopy, setOwn } from '#apimachinery';
import type { Definition, Field, Special, Type } from './definition.js';
import { quantityText } from './quantity-text.js';
import { canonicalMicroTime, canonicalTime } from './time-text.js';

/**
 * The fast walk of a body: one compiled walker per definition, which copies what the schema knows in the form in which Go would encode it
 * again (without empty values, with canonical quantities and times). It explains nothing: if something does not match it throws `Mismatch`,
 * and the slow walk (explain.ts) finds the error and its location.
 */
type Walk = (value: unknown) => unknown;

/** The value is not of the schema's type. */
export class Mismatch extends Error {}

/** The result of a walk; `keys` counts those of all visited objects, `unknown` those not in the schema. */
export interface Walked {
  object: Record<string, unknown>;
  keys: number;
  unknown: number;
}

let keys = 0;
let unknown = 0;
/** Whether what is not walked is copied. */
let copies = false;

function mismatch(): never {
  throw new Mismatch('mismatch');
}

/** Counts the keys of a value that is kept unchanged. Iterative, so that it does not depend on the depth limit. */
function countKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const open: unknown[] = [value];
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    const members = Object.values(top as object);
    if (!Array.isArray(top)) keys += members.length;
    for (const member of members) if (typeof member === 'object' && member !== null) open.push(member);
  }
}

/** Base64 as Go decodes it (ignoring line breaks and unused bits) and encodes it again; undefined if it is invalid. */
function canonicalBase64(given: string): string | undefined {
  const text = given.includes('\n') || given.includes('\r') ? given.replaceAll(/[\r\n]/g, '') : given;
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return text.endsWith('=') ? text.slice(0, -4) + Buffer.from(text.slice(-4), 'base64').toString('base64') : text;
}
const kept: Walk = (value) => {
  if (copies) return plainCopy(value);
  countKeys(value);
  return value;
};
const quantity: Walk = (value) => {
  if (typeof value !== 'string' && typeof value !== 'number') mismatch();
  try {
    return quantityText(value);
  } catch {
    return mismatch();
  }
};
const specials: Readonly<Record<Special, Walk>> = {
  quantity,
  time: (value) => (typeof value === 'string' ? canonicalTime(value) : undefined) ?? mismatch(),
  microTime: (value) => (typeof value === 'string' ? canonicalMicroTime(value) : undefined) ?? mismatch(),
  intOrString: (value) => (typeof value === 'string' || isInt32(value) ? value : mismatch()),
  raw: kept,
  // Those that are shared come from an object, not from a text, whose keys are counted.
  fields: (value) => (isSharedFields('fieldsV1', value) ? value : kept(value)),
  json: kept,
  schemaOrArray: (value) => (Array.isArray(value) ? value.map(schema) : schema(value)),
  schemaOrBool: (value) => (typeof value === 'boolean' ? value : schema(value)),
  schemaOrStrings: (value) => (Array.isArray(value) ? kept(value) : schema(value)),
};
const isInt32 = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value <= 2147483647 && value >= -2147483648;

let jsonSchema: Definition | undefined;
function schema(value: unknown): unknown {
  return jsonSchema ? walkerOf(jsonSchema)(value) : kept(value);
}

/** The value of an absent field that Go encodes anyway. */
function zeroOf(field: { type: Type; pointer: boolean }): () => unknown {
  if (field.pointer) return () => null;
  const { type } = field;
  switch (type.of) {
    case 'string':
      return () => '';
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return () => 0;
    case 'boolean':
      return () => false;
    case 'list':
      return () => [];
    case 'map':
      return () => ({});
    case 'struct': {
      const { definition } = type;
      return () => walkerOf(definition)({});
    }
    case 'quantity':
      return () => '0';
    default:
      return () => null;
  }
}

/** Lists of anything but plain strings are copied: the input stays unchanged, so that errors in it can be explained. */
function listWalk(items: Type): Walk {
  const walk = typeWalk(items, true);
  const zero = zeroOf({ type: items, pointer: false });
  const plain = items.of === 'string';
  return (value) => {
    if (!Array.isArray(value)) mismatch();
    if (plain && value.every((item) => typeof item === 'string')) return copies ? value.slice() : value;
    const out = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) out[i] = value[i] === null ? zero() : walk(value[i]);
    return out;
  };
}

/** Members of the map that was walked last: listing those of a very large one is slow, so it is done once. */
let size = 0;

/** Counts the members; whether all are strings. */
function allStrings(map: Record<string, unknown>): boolean {
  let all = true;
  size = 0;
  for (const key in map) {
    size++;
    if (all && typeof map[key] !== 'string') all = false;
  }
  return all;
}

function mapWalk(values: Type): Walk {
  const walk = typeWalk(values, true);
  const zero = zeroOf({ type: values, pointer: false });
  const plain = values.of === 'string';
  return (value) => {
    if (!isJsonObject(value)) mismatch();
    const strings = allStrings(value);
    const members = size;
    keys += members;
    if (plain && strings && !copies) return value;
    const out: Record<string, unknown> = {};
    let left = members;
    for (const key in value) {
      const member = value[key];
      if (member === undefined) left--;
      else setOwn(out, key, member === null ? zero() : walk(member));
    }
    size = left;
    return out;
  };
}

/** A walker of a type. `keep` keeps empty values, which are otherwise dropped (undefined). The given value is never null. */
function typeWalk(type: Type, keep: boolean): Walk {
  switch (type.of) {
    case 'string':
      return (value) => (typeof value === 'string' ? (keep || value !== '' ? value : undefined) : mismatch());
    case 'bytes':
      return (value) => {
        const text = (typeof value === 'string' ? canonicalBase64(value) : undefined) ?? mismatch();
        return keep || text !== '' ? text : undefined;
      };
    case 'int32':
      return (value) => (isInt32(value) ? (keep || value !== 0 ? value : undefined) : mismatch());
    case 'int64':
      return (value) =>
        Number.isInteger(value) && Math.abs(value as number) <= 2 ** 63 ? (keep || value !== 0 ? value : undefined) : mismatch();
    case 'double':
      return (value) => (Number.isFinite(value) ? (keep || value !== 0 ? value : undefined) : mismatch());
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? (keep || value ? value : undefined) : mismatch());
    case 'struct': {
      const { definition } = type;
      let walk: Walk | undefined;
      return (value) => {
        walk ??= walkerOf(definition);
        return walk(value);
      };
    }
    case 'list': {
      const walk = listWalk(type.items);
      return (value) => (Array.isArray(value) && value.length === 0 && !keep ? undefined : walk(value));
    }
    case 'map': {
      const walk = mapWalk(type.values);
      return (value) => {
        const map = walk(value);
        return keep || size > 0 ? map : undefined;
      };
    }
    default:
      return specials[type.of];
  }
}

interface Step {
  name: string;
  walk: Walk;
  zero: (() => unknown) | undefined;
}

/** Fields whose empty list differs from none: it resets the managers (managedfields/internal/fieldmanager.go isResetManagedFields). */
const KEPT_EMPTY = new Set(['managedFields']);

function stepOf(field: Field): Step {
  return {
    name: field.name,
    walk: typeWalk(field.type, field.pointer || field.keepZero || KEPT_EMPTY.has(field.name)),
    zero: field.keepZero ? zeroOf(field) : undefined,
  };
}

function structWalk(definition: Definition): Walk {
  let steps: Step[] | undefined;
  return (value) => {
    if (!isJsonObject(value)) mismatch();
    steps ??= definition.fields.map(stepOf);
    const out: Record<string, unknown> = {};
    let seen = 0;
    for (const { name, walk, zero } of steps) {
      const given = value[name];
      let made: unknown;
      if (given !== undefined) {
        seen++;
        if (given !== null) made = walk(given);
      }
      if (made !== undefined) out[name] = made;
      else if (zero) out[name] = zero();
    }
    let all = 0;
    for (const _ in value) all++;
    keys += all;
    unknown += all - seen;
    return out;
  };
}

const walkers = new Map<Definition, Walk>();
function walkerOf(definition: Definition): Walk {
  let walk = walkers.get(definition);
  if (!walk) {
    walk = structWalk(definition);
    walkers.set(definition, walk);
    if (definition.id === 'apiextensions.v1.JSONSchemaProps') jsonSchema = definition;
  }
  return walk;
}

/**
 * Walks a parsed body without modifying it. Lists and maps of strings and free-form values are shared with the result unless `copied`,
 * with which keys below free-form values are not counted. Throws Mismatch if the body does not match, RangeError if it is nested too deeply
 * for the stack.
 */
export function walk(definition: Definition, body: unknown, copied = false): Walked {
  copies = copied;
  keys = 0;
  unknown = 0;
  const object = walkerOf(definition)(body ?? {}) as Record<string, unknown>;
  return { object, keys, unknown };
}
