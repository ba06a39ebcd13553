/** Ranges of sizes and costs in 64 bits, which saturate instead of overflowing (cel-go's checker/cost.go). */
export interface Range {
  readonly min: bigint;
  readonly max: bigint;
}

/** The greatest number of 64 bits, which also stands for no bound. */
export const UNBOUNDED = 2n ** 64n - 1n;

const capped = (value: bigint): bigint => (value > UNBOUNDED ? UNBOUNDED : value);

/** A range of one number. */
export function fixed(value: number | bigint): Range {
  return { min: BigInt(value), max: BigInt(value) };
}

/** Nothing is known. */
export const unknown: Range = { min: 0n, max: UNBOUNDED };
export const zero: Range = fixed(0);
export const oneCost: Range = fixed(1);

/** a + b. */
export function plus(a: Range, b: Range): Range {
  return { min: capped(a.min + b.min), max: capped(a.max + b.max) };
}

/** a × b. */
export function times(a: Range, b: Range): Range {
  return { min: capped(a.min * b.min), max: capped(a.max * b.max) };
}

function byFactor(value: bigint, factor: number): bigint {
  const product = Math.ceil(Number(value) * factor);
  return product >= 2 ** 64 ? UNBOUNDED : BigInt(product);
}

/** a × factor, rounded up. */
export function scaled(a: Range, factor: number): Range {
  return { min: byFactor(a.min, factor), max: byFactor(a.max, factor) };
}

function lesser(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

/** The range that contains both. */
export function union(a: Range, b: Range): Range {
  const min = lesser(a.min, b.min);
  return { min, max: lesser(a.max, b.max) === a.max ? b.max : a.max };
}

/** The one whose maximum is less. */
export function smaller(a: Range, b: Range): Range {
  return b.max < a.max ? b : a;
}
