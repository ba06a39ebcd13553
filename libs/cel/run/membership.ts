import { type Code, constant, isConstant } from './code.js';
import { equal } from './compare.js';
import type { Context } from './context.js';
import { callCost } from './cost.js';
import { isList, itemOf, listSize } from './json.js';
import { find, isMap } from './maps.js';
import { CelError, noSuchOverload, type Value } from './values.js';

/** `in`: a list's items or a map's keys. */
function contains(container: Value, item: Value, context: Context): Value {
  if (isList(container)) {
    const size = listSize(container);
    for (let i = 0; i < size; i++) if (equal(itemOf(container, i), item, context)) return true;
    return false;
  }
  return isMap(container) ? find(container, item) !== undefined : noSuchOverload;
}

/** A list of constants of simple types as a set. */
function constantSet(list: Value): ReadonlySet<Value> | undefined {
  if (!Array.isArray(list)) return undefined;
  const simple = list.every((item) => item !== null && (typeof item !== 'object' || 'value' in item));
  return simple ? new Set(list) : undefined;
}

/** In a list of constants: a look-up that costs nothing. */
function setMembership(left: Code, set: ReadonlySet<Value>): Code {
  return (context) => {
    const value = left(context);
    if (value instanceof CelError) return value;
    if (set.has(value)) return true;
    if (typeof value === 'string' || typeof value === 'boolean' || value === null || isList(value)) return false;
    context.work(set.size);
    for (const item of set) if (equal(item, value, context)) return true;
    return false;
  };
}

/** `left in right`; the overload if there is only one. */
export function membership(left: Code, right: Code, single: string | undefined): Code {
  const set = single === 'in_list' && isConstant(right) ? constantSet(right.value) : undefined;
  if (set) return set.size === 0 ? constant(false) : setMembership(left, set);
  const cost = callCost('@in', single);
  return (context) => {
    const a = left(context);
    const b = right(context);
    context.charge(cost([a, b], null, context));
    if (a instanceof CelError) return a;
    if (b instanceof CelError) return b;
    return contains(b, a, context);
  };
}
