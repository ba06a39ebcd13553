import type { Context } from '../run/context.js';
import type { Value } from '../run/values.js';
import type { CelType } from './types.js';

/** What a function does. The arguments are values of the declared types and no errors; a method's receiver is the first. */
export type Implementation = (args: readonly Value[], context: Context) => Value;

/** One signature of a function. */
export interface Overload {
  readonly id: string;
  readonly member: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
  /** Names of its type parameters. */
  readonly params: readonly string[];
  readonly run?: Implementation;
}

/** A function with its signatures. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
}

/** The functions of a library, as they are added to those of other libraries. */
export type Library = readonly FunctionDeclaration[];

function paramsOf(types: readonly CelType[], found = new Set<string>()): Set<string> {
  for (const type of types) {
    if (type.kind === 'param') found.add(type.name);
    paramsOf(type.params, found);
  }
  return found;
}

/** A signature of a function: `size(x)`. */
export function overload(id: string, args: readonly CelType[], result: CelType, run?: Implementation): Overload {
  return { id, member: false, args, result, params: [...paramsOf([...args, result])], run };
}

/** A signature of a method: `x.size()`. */
export function member(id: string, args: readonly CelType[], result: CelType, run?: Implementation): Overload {
  return { ...overload(id, args, result, run), member: true };
}

/** A function. */
export function fn(name: string, ...overloads: readonly Overload[]): FunctionDeclaration {
  return { name, overloads };
}

/** The functions of several libraries by name; those of the same name are one with all signatures, in the order of the libraries. */
export function functionTable(libraries: readonly Library[]): ReadonlyMap<string, FunctionDeclaration> {
  const table = new Map<string, FunctionDeclaration>();
  for (const declared of libraries.flat()) {
    const known = table.get(declared.name);
    table.set(declared.name, known ? { ...known, overloads: [...known.overloads, ...declared.overloads] } : declared);
  }
  return table;
}
