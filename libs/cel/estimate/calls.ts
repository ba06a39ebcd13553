import { costs } from '../run/cost.js';
import { kubernetesEstimate } from './kubernetes.js';
import type { CallEstimate, CallToEstimate, EstimatedNode } from './nodes.js';
import { fixed, oneCost, plus, type Range, scaled, smaller, times, UNBOUNDED, union, zero } from './sizes.js';

/** Estimates of cel-go's functions (checker/cost.go functionCost, ext/lists.go, ext/sets.go). */

type Estimate = (call: CallToEstimate) => CallEstimate | undefined;

const traversed = (size: Range): Range => scaled(size, costs.traversal);

/** A call that makes a list of some size. */
const makes = (factor: number, size: Range): CallEstimate => ({ cost: plus(plus(scaled(size, factor), oneCost), fixed(costs.list)), size });

function intValue(node: EstimatedNode | undefined, otherwise: bigint): bigint {
  const { expr } = node ?? {};
  if (expr?.kind !== 'literal' || typeof expr.value !== 'number' || !Number.isSafeInteger(expr.value)) return otherwise;
  return BigInt(Math.max(expr.value, 0));
}

const slice: Estimate = ({ target, args: [from, to], sizeOf }) => {
  if (!target) return undefined;
  const length = intValue(to, sizeOf(target).max) - intValue(from, 0n);
  return makes(1, fixed(BigInt.asUintN(64, length)));
};
const flatten: Estimate = ({ target, args: [depth], sizeOf }) =>
  target && makes(depth ? Number(intValue(depth, UNBOUNDED)) : 1, sizeOf(target));
const squared = (factor: number): Estimate => {
  return ({ target, sizeOf }) => target && makes(factor, times(sizeOf(target), sizeOf(target)));
};
const sortBy = (factor: number): Estimate => {
  return ({ args: [keys], sizeOf }) => keys && makes(factor, times(sizeOf(keys), sizeOf(keys)));
};
const sets =
  (factor: number): Estimate =>
  ({ args: [a, b], sizeOf }) =>
    a && b && { cost: plus(scaled(times(sizeOf(a), sizeOf(b)), factor), oneCost) };

/** Estimates that come before Kubernetes'. */
const FIRST = new Map<string, Estimate>([
  ['list_slice', slice],
  ['list_flatten', flatten],
  ['list_flatten_int', flatten],
  ['lists_range', ({ args: [count] }) => makes(1, fixed(intValue(count, UNBOUNDED)))],
  ['list_reverse', ({ target, sizeOf }) => target && makes(1, sizeOf(target))],
  ['list_distinct', squared(2)],
  ['list_sets_contains_list', sets(1)],
  ['list_sets_intersects_list', sets(1)],
  ['list_sets_equivalent_list', sets(2)],
]);
for (const type of ['int', 'uint', 'double', 'bool', 'google.protobuf.Duration', 'google.protobuf.Timestamp', 'string', 'bytes']) {
  const factor = type === 'string' || type === 'bytes' ? 2 + costs.traversal : 2;
  FIRST.set(`list_${type}_sort`, squared(factor));
  FIRST.set(`list_${type}_sortByAssociatedKeys`, sortBy(factor));
}

const bytesOf: Estimate = ({ args: [value], sizeOf }) => {
  const size = value && sizeOf(value);
  return size && { cost: traversed(size), size: { min: size.min, max: BigInt.asUintN(64, size.max * 4n) } };
};
const textOf: Estimate = ({ args: [value], sizeOf }) => {
  const size = value && sizeOf(value);
  return size && { cost: traversed(size), size: { min: size.min / 4n, max: size.max } };
};
const quote: Estimate = ({ args: [value], sizeOf }) => {
  const size = value && sizeOf(value);
  return size && { cost: traversed(size), size: { min: size.min + 2n, max: BigInt.asUintN(64, size.max * 2n + 2n) } };
};
const argument: Estimate = ({ args: [value], sizeOf }) => value && { cost: traversed(sizeOf(value)) };
const inList: Estimate = ({ args: [, list], sizeOf }) => list && { cost: scaled(sizeOf(list), 1) };
const matches: Estimate = ({ target, args: [pattern], sizeOf }) =>
  target && pattern && { cost: times(traversed(plus(sizeOf(target), oneCost)), scaled(sizeOf(pattern), costs.regex)) };
const contains: Estimate = ({ target, args: [part], sizeOf }) =>
  target && part && { cost: times(traversed(sizeOf(target)), traversed(sizeOf(part))) };

const logical: Estimate = ({ argCosts: [left, right] }) =>
  left && right && { cost: { min: left.min, max: plus(left, right).max }, whole: true };

const conditional: Estimate = ({ args: [, yes, no], argCosts: [test, ifTrue, ifFalse], sizeOf }) =>
  yes && no && test && ifTrue && ifFalse
    ? { cost: plus(test, union(ifTrue, ifFalse)), size: union(sizeOf(yes), sizeOf(no)), whole: true }
    : undefined;

const addLists: Estimate = ({ args: [a, b], sizeOf }) => a && b && { cost: oneCost, size: plus(sizeOf(a), sizeOf(b)) };
const addTexts: Estimate = ({ args: [a, b], sizeOf }) => {
  const size = a && b && plus(sizeOf(a), sizeOf(b));
  return size && { cost: traversed(size), size };
};

const compared: Estimate = ({ args: [a, b], sizeOf }) => {
  if (!a || !b) return undefined;
  const { max } = smaller(sizeOf(a), sizeOf(b));
  return { cost: traversed({ min: max > 0n ? 1n : 0n, max }) };
};

const format: Estimate = ({ target, sizeOf }) => target && { cost: traversed(sizeOf(target)) };

const STANDARD = new Map<string, Estimate>([
  ['string_format', format],
  ['string_to_bytes', bytesOf],
  ['bytes_to_string', textOf],
  ['strings_quote', quote],
  ['starts_with_string', argument],
  ['ends_with_string', argument],
  ['in_list', inList],
  ['matches_string', matches],
  ['contains_string', contains],
  ['logical_and', logical],
  ['logical_or', logical],
  ['conditional', conditional],
  ['add_list', addLists],
  ['add_string', addTexts],
  ['add_bytes', addTexts],
  ...['less', 'greater', 'less_equals', 'greater_equals'].flatMap((name): [string, Estimate][] => [
    [`${name}_string`, compared],
    [`${name}_bytes`, compared],
  ]),
  ['equals', compared],
  ['not_equals', compared],
]);

/** The estimate of a call with its arguments. */
export function estimateCall(call: CallToEstimate): { cost: Range; size?: Range } {
  const found = FIRST.get(call.overload)?.(call) ?? kubernetesEstimate(call) ?? STANDARD.get(call.overload)?.(call) ?? { cost: oneCost };
  if (found.whole) return found;
  return { cost: call.argCosts.reduce(plus, plus(found.cost, zero)), size: found.size };
}
