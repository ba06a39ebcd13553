import type { CelType } from '../check/types.js';
import { type Code, type Constant, constant, isConstant } from './code.js';
import { type Context, constantContext } from './context.js';
import { display } from './convert.js';
import { costs } from './cost.js';
import { put } from './maps.js';
import { CelError, MapValue, ObjectValue, Optional, type Value } from './values.js';

/** The code of expressions that construct lists, maps and objects. */

interface EntryCode {
  readonly key: Code;
  readonly value: Code;
  readonly optional: boolean;
}

interface FieldCode {
  readonly name: string;
  readonly code: Code;
  readonly optional: boolean;
}

function charged(value: Value, cost: number, context: Context): Value {
  context.charge(cost);
  return value;
}

function invalidOptional(what: string, value: Value, context: Context): CelError {
  return new CelError(`cannot initialize optional ${what} non-optional value ${display(value, context)}`);
}

/** `[…]`; optionals: the indexes of elements with `?`. */
export function list(elements: readonly Code[], optionals: ReadonlySet<number>): Code {
  if (elements.every(isConstant) && optionals.size === 0) return constant(elements.map((element) => (element as Constant).value));
  return (context) => {
    const values: Value[] = [];
    for (let i = 0; i < elements.length; i++) {
      const value = (elements[i] as Code)(context);
      if (value instanceof CelError) return charged(value, costs.list, context);
      if (!optionals.has(i)) values.push(value);
      else if (!(value instanceof Optional)) return charged(invalidOptional(`list element from`, value, context), costs.list, context);
      else if (value.hasValue) values.push(value.value);
    }
    return charged(values, costs.list, context);
  };
}

/** `{…}` */
export function map(entries: readonly EntryCode[]): Code {
  const make: Code = (context) => {
    const map = new MapValue();
    context.work(2 + 4 * entries.length);
    for (const { key, value, optional } of entries) {
      const name = key(context);
      if (name instanceof CelError) return name;
      const given = value(context);
      if (given instanceof CelError) return given;
      if (optional && !(given instanceof Optional)) return invalidOptional(`entry '${display(name, context)}' from`, given, context);
      if (given instanceof Optional && optional && !given.hasValue) continue;
      const error = put(map, name, given instanceof Optional && optional ? given.value : given);
      if (error) return error;
    }
    return map;
  };
  if (entries.every(({ key, value, optional }) => isConstant(key) && isConstant(value) && !optional))
    return constant(make(constantContext()));
  return (context) => charged(make(context), costs.map, context);
}

/** `Type{…}` */
export function struct(type: CelType | undefined, fields: readonly FieldCode[]): Code {
  const dyn = { kind: 'dyn', name: 'dyn', params: [], plain: true } as const;
  return (context) => {
    const raw: Record<string, unknown> = {};
    for (const { name, code, optional } of fields) {
      const given = code(context);
      if (given instanceof CelError) return charged(given, costs.struct, context);
      if (optional && !(given instanceof Optional))
        return charged(invalidOptional(`entry '${name}' from`, given, context), costs.struct, context);
      if (given instanceof Optional && optional && !given.hasValue) continue;
      raw[name] = given instanceof Optional && optional ? given.value : given;
    }
    const declared = new Map(Object.keys(raw).map((key) => [key, { key, type: dyn }]));
    const made: CelType = { ...(type ?? dyn), kind: 'struct', fields: declared, constructible: true };
    return charged(new ObjectValue(raw, made), costs.struct, context);
  };
}
