import type { Code } from './code.js';
import type { Context } from './context.js';
import { isList, itemOf, listSize } from './json.js';
import { find, isMap, keysOf } from './maps.js';
import { CelError, noSuchOverload, typeName, type Value } from './values.js';

/** Marks an accumulator that is not read yet. */
const NOT_YET = Symbol('not yet evaluated');

/** The parts of a comprehension (cel-go's evalFold) with the slots of its variables. */
interface FoldParts {
  readonly range: Code;
  readonly condition: Code;
  readonly step: Code;
  readonly result: Code;
  readonly slots: { readonly accu: number; readonly first: number; readonly second: number };
  /** Two iteration variables: index and item, or key and value. */
  readonly two: boolean;
}

function turn({ condition, step, slots }: FoldParts, context: Context): boolean {
  context.work(1);
  const goOn = condition(context);
  if (goOn === false) return false;
  context.locals[slots.accu] = step(context);
  return true;
}

function foldList(parts: FoldParts, range: readonly unknown[], context: Context): void {
  const { slots, two } = parts;
  const size = listSize(range);
  for (let i = 0; i < size; i++) {
    const item = itemOf(range, i);
    context.locals[slots.first] = two ? i : item;
    if (two) context.locals[slots.second] = item;
    if (!turn(parts, context)) return;
  }
}

function foldMap(parts: FoldParts, range: Value, context: Context): void {
  if (!isMap(range)) return;
  const { slots, two } = parts;
  const keys = keysOf(range);
  context.work(keys.length >> 2);
  for (const key of keys) {
    context.locals[slots.first] = key;
    if (two) context.locals[slots.second] = find(range, key) ?? null;
    if (!turn(parts, context)) return;
  }
}

/** The code of a comprehension. */
export function compileFold(parts: FoldParts): Code {
  return (context) => {
    const range = parts.range(context);
    if (range instanceof CelError) return range;
    context.locals[parts.slots.accu] = NOT_YET;
    if (isList(range)) foldList(parts, range as readonly unknown[], context);
    else if (isMap(range)) foldMap(parts, range, context);
    else return new CelError(`got '${typeName(range)}', expected iterable type`);
    return parts.result(context);
  };
}

/** Reads an accumulator, which gets its first value when it is first read. */
export function accumulator(slot: number, init: Code): Code {
  return (context) => {
    const known = context.locals[slot];
    if (known !== NOT_YET) return known;
    const value = init(context);
    context.locals[slot] = value;
    return value;
  };
}

/** Adds the items of a list to an accumulator that is a list of its own. */
export function appending(accu: Code, added: Code): Code {
  return (context) => {
    const list = accu(context);
    const items = added(context);
    context.charge(1);
    if (list instanceof CelError) return list;
    if (items instanceof CelError) return items;
    if (!Array.isArray(list) || !Array.isArray(items)) return noSuchOverload;
    for (const item of items) list.push(item);
    return list;
  };
}
