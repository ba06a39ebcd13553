import type { Code } from './code.js';
import type { Context } from './context.js';
import { isList, itemOf, listSize } from './json.js';
import { find, isMap, keysOf } from './maps.js';
import { CelError, typeName, type Value } from './values.js';

/** The parts of a comprehension (cel-go's evalFold) with the slots of its variables. */
export interface FoldParts {
  readonly range: Code;
  readonly condition: Code;
  readonly step: Code;
  readonly result: Code;
  readonly slots: { readonly accu: number; readonly first: number; readonly second: number };
  /** Marks an accumulator that is not read yet. */
  readonly notYet: symbol;
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
    context.locals[parts.slots.accu] = parts.notYet;
    if (isList(range)) foldList(parts, range as readonly unknown[], context);
    else if (isMap(range)) foldMap(parts, range, context);
    else return new CelError(`got '${typeName(range)}', expected iterable type`);
    return parts.result(context);
  };
}
