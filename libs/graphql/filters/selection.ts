import type { KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import type { Struct } from '../shapes/shape.js';
import type { Given } from './operators.js';
import { compileOrder, type Order } from './order.js';
import { Top } from './top.js';
import { compileWhere } from './where.js';

/** The arguments `where` and `orderBy`. */
export interface Question {
  readonly where?: Given | null;
  readonly orderBy?: readonly Given[] | null;
}

/** The same in executable form. */
export interface Selection {
  readonly holds?: (object: object) => boolean;
  readonly order?: Order;
}

/** By the arguments, and by the clocks of the clusters that are asked. */
const compiled = new WeakMap<object, WeakMap<GraphContext['now'], () => Selection>>();

function compile(struct: Struct, { where, orderBy }: Question, now: number): () => Selection {
  try {
    const selection = {
      ...(where ? { holds: compileWhere(struct, where, now) } : {}),
      ...(orderBy && orderBy.length > 0 ? { order: compileOrder(struct, orderBy) } : {}),
    };
    return () => selection;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/**
 * What the arguments of a field select; throws for bad ones. They are compiled once, however many objects have the field: `args` is the same
 * object for all of them.
 */
export function selectionOf(struct: Struct, args: Question, { now }: GraphContext): Selection {
  const byClock = compiled.get(args) ?? new WeakMap<GraphContext['now'], () => Selection>();
  const known = byClock.get(now) ?? compile(struct, args, now());
  compiled.set(args, byClock.set(now, known));
  return known();
}

/** The objects for which a condition holds. Others get their turn in between. */
export async function filtered<T extends KubeObject>(
  objects: readonly T[],
  holds: Selection['holds'],
  { meter }: GraphContext,
): Promise<readonly T[]> {
  if (!holds) return objects;
  const found: T[] = [];
  for (const object of objects) {
    const wait = meter.turn();
    if (wait) await wait;
    if (holds(object)) found.push(object);
  }
  return found;
}

interface Placed<T> {
  readonly object: T;
  readonly keys: ReturnType<Order['keys']>;
  readonly place: number;
}

/**
 * The first `most` objects in an order; objects that it does not tell apart stay in the order in which they are given. `after`: only those
 * that stand behind this one, which is among them.
 */
export async function sorted<T extends KubeObject>(
  objects: readonly T[],
  { order, most = objects.length, after }: { readonly order: Order; readonly most?: number; readonly after?: T | undefined },
  { meter }: GraphContext,
): Promise<readonly T[]> {
  const compare = (a: Placed<T>, b: Placed<T>): number => order.compare(a.keys, b.keys) || a.place - b.place;
  const placed = (object: T, place: number): Placed<T> => ({ object, keys: order.keys(object), place });
  const from = after && placed(after, objects.indexOf(after));
  const top = new Top<Placed<T>>(most, compare);
  for (const [place, object] of objects.entries()) {
    const wait = meter.turn();
    if (wait) await wait;
    const item = placed(object, place);
    if (!from || compare(from, item) < 0) top.add(item);
  }
  return (await top.inOrder(() => meter.turn())).map(({ object }) => object);
}
