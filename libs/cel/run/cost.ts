import type { Context } from './context.js';
import { isList, itemsOf, listSize } from './json.js';
import { entriesOf, isMap, mapSize } from './maps.js';
import { HostValue, Optional, type Value } from './values.js';

/**
 * What calls cost while an expression runs: cel-go's interpreter/runtimecost.go, ext/lists.go and ext/sets.go, and Kubernetes'
 * apiserver/pkg/cel/library/cost.go CallCost. The estimates (../estimate) have to agree.
 */

export const costs = {
  selectAndIdent: 1,
  list: 10,
  map: 30,
  struct: 40,
  /** Each character of a text. */
  traversal: 0.1,
  /** Each character of a pattern. */
  regex: 0.25,
  /** An authorization check: two are possible in one expression. */
  check: 350_000,
} as const;

/** What a size counts: characters, bytes, items, keys; 1 for everything else. */
function actualSize(value: Value, context: Context): number {
  if (typeof value === 'string') return context.sizeOf(value);
  if (value instanceof Uint8Array) return value.length;
  if (isList(value)) return listSize(value);
  if (value instanceof HostValue) return value.size;
  return isMap(value) ? mapSize(value) : 1;
}

function sizeOrInner(value: Value, context: Context): number {
  return value instanceof Optional && value.hasValue ? sizeOrInner(value.value, context) : actualSize(value, context);
}

/** The cost of reading a value through. */
function traversal(value: Value, context: Context): number {
  context.work(1);
  if (typeof value === 'string') {
    context.work(value.length >> 7);
    return Math.floor(Buffer.byteLength(value) * costs.traversal);
  }
  if (value instanceof Uint8Array) return Math.floor(value.length * costs.traversal);
  if (isList(value)) return itemsOf(value).reduce((sum: number, item) => sum + traversal(item, context), 0);
  if (!isMap(value)) return 1;
  let sum = 0;
  for (const [key, item] of entriesOf(value)) sum += traversal(key, context) + traversal(item, context);
  return sum;
}

/** The cost of a call with its arguments and result. */
export type CallCost = (args: readonly Value[], result: Value, context: Context) => number;

const one: CallCost = () => 1;
const text = (size: number, factor = 1): number => Math.ceil(size * factor * costs.traversal);
const first =
  (factor = 1): CallCost =>
  ([value], _, context) =>
    text(actualSize(value, context), factor);
const regex: CallCost = ([value, pattern], _, context) =>
  Math.ceil((1 + actualSize(value, context)) * costs.traversal) * Math.ceil(actualSize(pattern, context) * costs.regex);
const whole: CallCost = ([value], _, context) => traversal(value, context);
const selector: CallCost = ([, value], _, context) => {
  const length = actualSize(value, context);
  return costs.list + text(length) + Math.ceil(Math.ceil(length * 0.5) * (costs.list + costs.struct));
};
const containsIP =
  (parsed: boolean): CallCost =>
  ([cidr, other], _, context) =>
    text(2 * actualSize(cidr, context)) + (parsed ? text(actualSize(other, context)) : 0);
const containsCIDR =
  (parsed: boolean): CallCost =>
  ([cidr, other], _, context) =>
    text(2 * actualSize(cidr, context)) + text(actualSize(cidr, context)) + 1 + (parsed ? text(actualSize(other, context)) : 0);

/** Costs by the function's name: Kubernetes'. */
const BY_NAME = new Map<string, CallCost>();
const name = (cost: CallCost, ...names: string[]): void => {
  for (const key of names) BY_NAME.set(key, cost);
};
name(() => costs.check, 'check');
name(selector, 'fieldSelector', 'labelSelector');
name(whole, 'isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf');
name(first(), 'url', 'lowerAscii', 'upperAscii', 'substring', 'trim', 'jsonpatch.escapeKey');
name(first(2), 'replace', 'split', 'ip.isCanonical');
name((_, result, context) => text(actualSize(result, context), 2), 'join');
name(regex, 'find', 'findAll');
name(first(), 'cidr', 'isIP', 'isCIDR', 'ip', 'quantity', 'isQuantity', 'semver', 'isSemver');

const compared: CallCost = ([a, b], _, context) => {
  if (a instanceof HostValue) return 1;
  return text(Math.min(sizeOrInner(a, context), sizeOrInner(b, context)));
};
const smaller: CallCost = ([a, b], _, context) => text(Math.min(sizeOrInner(a, context), sizeOrInner(b, context)));
const sum: CallCost = ([a, b], _, context) => text(sizeOrInner(a, context) + sizeOrInner(b, context));

const list = (size: number, factor: number): number => Math.floor(size * factor) + 1 + costs.list;
const made: CallCost = (_, result, context) => list(actualSize(result, context), 1);
const flattened: CallCost = ([value, depth], _, context) => list(actualSize(value, context), depth === undefined ? 1 : Number(depth));
const sets =
  (factor: number): CallCost =>
  ([a, b], _, context) =>
    1 + Math.floor(actualSize(a, context) * actualSize(b, context) * factor);
/** Comparing all items of the nth argument with one another. */
const selfCompared =
  (n: number): CallCost =>
  (args, _, context) => {
    const value = args[n];
    const size = actualSize(value, context);
    const head = isList(value) && size > 0 ? itemsOf(value)[0] : undefined;
    const texts = typeof head === 'string' || head instanceof Uint8Array;
    return list(size * size, texts ? 2 + costs.traversal : 2);
  };

/** Costs by the overload: cel-go's. */
const BY_OVERLOAD = new Map<string, CallCost>();
const id = (cost: CallCost, ...ids: string[]): void => {
  for (const key of ids) BY_OVERLOAD.set(key, cost);
};
id(
  ([value], _, context) => text(sizeOrInner(value, context)),
  'starts_with_string',
  'ends_with_string',
  'string_to_bytes',
  'bytes_to_string',
);
id(([value], _, context) => text(sizeOrInner(value, context)), 'strings_quote', 'string_format');
id(([, value], _, context) => sizeOrInner(value, context), 'in_list');
id(smaller, 'less_string', 'greater_string', 'less_equals_string', 'greater_equals_string', 'not_equals');
id(smaller, 'less_bytes', 'greater_bytes', 'less_equals_bytes', 'greater_equals_bytes');
id(compared, 'equals');
id(sum, 'add_string', 'add_bytes');
id(
  ([a, b], _, context) => Math.ceil((1 + sizeOrInner(a, context)) * costs.traversal) * Math.ceil(sizeOrInner(b, context) * costs.regex),
  'matches_string',
);
id(([a, b], _, context) => text(sizeOrInner(a, context)) * text(sizeOrInner(b, context)), 'contains_string');
/** Costs by the overload that come before all others. */
const TRACKED = new Map<string, CallCost>([
  ['list_slice', made],
  ['lists_range', made],
  ['list_reverse', made],
  ['list_flatten', flattened],
  ['list_flatten_int', flattened],
  ['list_distinct', selfCompared(0)],
  ['list_sets_contains_list', sets(1)],
  ['list_sets_intersects_list', sets(1)],
  ['list_sets_equivalent_list', sets(2)],
  ['cidr_ip', one],
  ['cidr_contains_ip_string', containsIP(true)],
  ['cidr_contains_ip_ip', containsIP(false)],
  ['cidr_contains_cidr_string', containsCIDR(true)],
  ['cidr_contains_cidr', containsCIDR(false)],
]);
for (const type of ['int', 'uint', 'double', 'bool', 'google.protobuf.Duration', 'google.protobuf.Timestamp', 'string', 'bytes']) {
  TRACKED.set(`list_${type}_sort`, selfCompared(0));
  TRACKED.set(`list_${type}_sortByAssociatedKeys`, selfCompared(1));
}

/** How the cost of calls of a function is counted; `overload` is undefined if several are possible. */
export function callCost(fn: string, overload: string | undefined): CallCost {
  const tracked = overload === undefined ? undefined : TRACKED.get(overload);
  if (tracked) return tracked;
  if (fn === 'containsIP') return containsIP(false);
  if (fn === 'containsCIDR') return containsCIDR(false);
  if (fn === 'validate') return ([format, value], _, context) => validateCost(format, value, context);
  return BY_NAME.get(fn) ?? (overload === undefined ? undefined : BY_OVERLOAD.get(overload)) ?? one;
}

/** Whether calls always cost 1, whatever the arguments. */
export function isConstantCost(cost: CallCost): boolean {
  return cost === one;
}

function validateCost(format: Value, value: Value, context: Context): number {
  const pattern = (format as { patternSize?: number } | null)?.patternSize ?? 1;
  return Math.ceil((1 + actualSize(value, context)) * costs.traversal) * Math.ceil(pattern * costs.regex);
}
