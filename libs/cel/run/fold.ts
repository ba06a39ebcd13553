import type { Code } from './code.js';
import type { Context, FoldProgress } from './context.js';
import { isList, itemOf, listSize } from './json.js';
import { type AnyMap, find, isMap, keysOf } from './maps.js';
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

/** Goes over the range, from the turn that is next. */
function loop({ condition, step, slots, two }: FoldParts, at: FoldProgress, context: Context): void {
  const { range, items } = at;
  const { locals } = context;
  const list = isList(range) ? range : undefined;
  const size = list ? listSize(list) : items.length;
  for (; at.index < size; at.index++) {
    at.cost = context.cost;
    context.giveWay();
    const item = list ? itemOf(list, at.index) : items[at.index];
    locals[slots.first] = list && two ? at.index : item;
    if (two) locals[slots.second] = list ? item : (find(range as AnyMap, item) ?? null);
    context.work(1);
    if (condition(context) === false) break;
    locals[slots.accu] = step(context);
    context.ended = undefined;
  }
  at.index = size;
}

function run(parts: FoldParts, at: FoldProgress, context: Context): Value {
  context.ended = at.ended;
  if (at.range === undefined) {
    const range = parts.range(context);
    if (range instanceof CelError) return range;
    if (isMap(range)) {
      at.items = keysOf(range);
      context.work(at.items.length >> 2);
    } else if (!isList(range)) return new CelError(`got '${typeName(range)}', expected iterable type`);
    at.range = range;
    context.locals[parts.slots.accu] = NOT_YET;
    context.ended = undefined;
  }
  if (!at.looped) {
    loop(parts, at, context);
    at.looped = true;
    at.cost = context.cost;
    context.ended = undefined;
  }
  return parts.result(context);
}

/** The code of a comprehension. */
export function compileFold(parts: FoldParts): Code {
  const id = parts.slots.accu;
  return (context) => {
    const outer = context.ended;
    const known = outer?.get(id);
    if (known) {
      context.cost += known.cost;
      return known.value;
    }
    const before = { cost: context.cost, steps: context.steps };
    const at = context.begin(id);
    try {
      const value = run(parts, at, context);
      context.ended = outer;
      context.keep(id, value, before);
      return value;
    } catch (error) {
      at.ended = context.ended;
      at.inner = context.paused;
      context.paused = at;
      context.ended = outer;
      throw error;
    }
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
