import { FORMAT, isExactType, QUANTITY, SEMVER, URL_TYPE } from '../check/types.js';
import { costs } from '../run/cost.js';
import { intOf } from '../run/values.js';
import { type CallEstimate, type CallToEstimate, itemsNode } from './nodes.js';
import { fixed, oneCost, plus, type Range, scaled, times, UNBOUNDED } from './sizes.js';

/**
 * Estimates of the functions of Kubernetes (apiserver/pkg/cel/library/cost.go EstimateCallCost): they decide which rules a
 * CustomResourceDefinition may have. run/cost.ts counts what the calls really cost.
 */

type Estimate = (call: CallToEstimate) => CallEstimate | undefined;

const NOMINAL = [
  ...['serviceAccount', 'path', 'group', 'resource', 'subresource', 'namespace', 'name', 'allowed', 'reason', 'error', 'errored'],
  ...['masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback', 'isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast'],
  ...['format.named', 'sign', 'asInteger', 'isInteger', 'asApproximateFloat', 'isGreaterThan', 'isLessThan', 'compareTo', 'add', 'sub'],
  ...['major', 'minor', 'patch', 'getScheme', 'getHostname', 'getHost', 'getPort', 'getEscapedPath', 'getQuery'],
];
const nominal: Estimate = () => ({ cost: oneCost });
const traversed = (size: Range, factor = 1): Range => scaled(size, factor * costs.traversal);

/** Reading the first argument. */
const argument =
  (factor = 1): Estimate =>
  ({ args: [first], sizeOf }) =>
    first && { cost: traversed(sizeOf(first), factor) };

/** Reading the target, whose size the result has. */
const sameSize: Estimate = ({ target, sizeOf }) => target && { cost: traversed(sizeOf(target)), size: sizeOf(target) };

const selector: Estimate = ({ args: [first], sizeOf }) => {
  if (!first) return undefined;
  const size = sizeOf(first);
  const requirements = scaled(scaled(size, 0.5), costs.list + costs.struct);
  return { cost: plus(plus(fixed(costs.list), traversed(size)), requirements) };
};

const overItems: Estimate = ({ target, sizeOf }) => {
  if (!target) return undefined;
  const items = itemsNode(target);
  if (!items) return { cost: traversed(sizeOf(target)) };
  const texts = items.type.kind === 'string' || items.type.kind === 'bytes';
  return { cost: times(sizeOf(target), texts ? plus(oneCost, traversed(sizeOf(items))) : oneCost) };
};

const divided = (a: bigint, b: bigint): bigint => (b === 0n ? UNBOUNDED : BigInt(Math.min(Math.ceil(Number(a) / Number(b)), 2 ** 63)));

const replace: Estimate = ({ target, args: [old, by], sizeOf }) => {
  if (!target || !old || !by) return undefined;
  const size = sizeOf(target);
  const from = sizeOf(old);
  const to = sizeOf(by);
  const more = (value: bigint): bigint => (value < UNBOUNDED ? value + 1n : value);
  const longest = from.min === 0n ? [more(size.max), size.max] : to.max <= from.min ? [0n, size.max] : [divided(size.max, from.min), 0n];
  const shortest = from.max === 0n ? [more(size.min), size.min] : from.max <= to.min ? [0n, size.min] : [divided(size.min, from.max), 0n];
  const count = { min: shortest[0] ?? 0n, max: longest[0] ?? 0n };
  const kept = { min: shortest[1] ?? 0n, max: longest[1] ?? 0n };
  return { cost: traversed(size, 2), size: plus(times(count, to), kept) };
};

const split: Estimate = ({ target, args: [, limit], sizeOf }) => {
  if (!target) return undefined;
  const size = sizeOf(target);
  const literal = limit?.expr?.kind === 'literal' ? limit.expr.value : undefined;
  const max = typeof literal === 'number' && intOf(BigInt(literal)) !== undefined ? BigInt.asUintN(64, BigInt(literal)) : size.max;
  return { cost: traversed(size, 2), size: { min: 0n, max } };
};

const join: Estimate = ({ target, args: [separator], sizeOf }) => {
  if (!target) return undefined;
  const list = sizeOf(target);
  const items = itemsNode(target);
  let size = items ? times(list, sizeOf(items)) : fixed(0);
  if (separator) {
    const between = { min: list.min > 0n ? list.min - 1n : 0n, max: list.max > 0n ? list.max - 1n : 0n };
    size = plus(size, times(sizeOf(separator), between));
  }
  return { cost: traversed(size), size };
};

const find: Estimate = ({ target, args: [pattern], sizeOf }) => {
  if (!target || !pattern) return undefined;
  const size = sizeOf(target);
  const cost = times(traversed(plus(size, oneCost)), scaled(sizeOf(pattern), costs.regex));
  return { cost, size: { min: 0n, max: size.max } };
};

const ADDRESS: Range = { min: 4n, max: 16n };

const contains =
  (cidr: boolean): Estimate =>
  ({ args: [first], overload, sizeOf }) => {
    if (!first) return undefined;
    let cost = traversed(plus(ADDRESS, ADDRESS));
    if (cidr) cost = plus(plus(cost, traversed(ADDRESS)), oneCost);
    if (overload.endsWith('_string')) cost = plus(cost, traversed(sizeOf(first)));
    return { cost };
  };

const LONGEST_PATTERN = 128;
const validate: Estimate = ({ args: [first], sizeOf }) =>
  first && { cost: scaled(traversed(sizeOf(first)), LONGEST_PATTERN * costs.regex) };

const LONGEST_FORMAT = 64;
const CONSTANT = new Set([QUANTITY.name, SEMVER.name, 'net.IP', 'net.CIDR']);

const equals: Estimate = ({ args: [left, right] }) => {
  if (!left || !right || !isExactType(left.type, right.type)) return undefined;
  const { name } = left.type;
  if (CONSTANT.has(name) || name.startsWith('kubernetes.authorization.')) return { cost: oneCost };
  if (name === FORMAT.name) return { cost: traversed({ min: 1n, max: BigInt(LONGEST_FORMAT) }) };
  if (name === URL_TYPE.name) return { cost: traversed({ min: 1n, max: right.size?.max ?? 1n }) };
  return undefined;
};

const ESTIMATES = new Map<string, Estimate>([
  ...NOMINAL.map((name): [string, Estimate] => [name, nominal]),
  ['check', () => ({ cost: fixed(costs.check) })],
  ['fieldSelector', selector],
  ['labelSelector', selector],
  ...['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((name): [string, Estimate] => [name, overItems]),
  ['url', ({ args: [first], sizeOf }) => first && { cost: traversed(sizeOf(first)), size: sizeOf(first) }],
  ['jsonpatch.escapeKey', ({ args: [first], sizeOf }) => first && { cost: traversed(sizeOf(first)), size: sizeOf(first) }],
  ...['lowerAscii', 'upperAscii', 'substring', 'trim'].map((name): [string, Estimate] => [name, sameSize]),
  ['replace', replace],
  ['split', split],
  ['join', join],
  ['find', find],
  ['findAll', find],
  ...['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'].map((name): [string, Estimate] => [name, argument()]),
  ['ip', (call) => (call.overload === 'cidr_ip' ? { cost: oneCost } : argument()(call))],
  ['ip.isCanonical', argument(2)],
  ['containsIP', contains(false)],
  ['containsCIDR', contains(true)],
  ['validate', validate],
  ['_==_', equals],
]);

/** Kubernetes' estimate of a call; undefined if it leaves it to cel-go. */
export function kubernetesEstimate(call: CallToEstimate): CallEstimate | undefined {
  return ESTIMATES.get(call.fn)?.(call);
}
