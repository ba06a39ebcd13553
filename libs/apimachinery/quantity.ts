import { Memo } from './memo.js';
import { canonicalText } from './quantity-format.js';
import { type Amount, parseAmount, type QuantityFormat } from './quantity-parse.js';

const MAX_POWER = 22;
const POWERS = Array.from({ length: MAX_POWER + 1 }, (_, i) => 10 ** i);

/** m × 10^by, as a number if that is exact, otherwise as a BigInt. */
function raise(mantissa: number | bigint, by: number): number | bigint {
  if (by === 0) return mantissa;
  if (typeof mantissa === 'number' && by <= MAX_POWER) {
    const raised = mantissa * (POWERS[by] ?? 1);
    if (Number.isSafeInteger(raised)) return raised;
  }
  return BigInt(mantissa) * 10n ** BigInt(by);
}

/** Uses a BigInt only for values that are not safe integers. */
function normalizeMantissa(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** An exact amount of a resource (api/resource Quantity): cpu `250m`, memory `64Mi`. Immutable. */
export class Quantity implements Amount {
  constructor(
    /** The amount is mantissa × 10^scale. */
    readonly mantissa: number | bigint,
    readonly scale: number,
    /** The suffixes it was written with, which its canonical text keeps. */
    readonly format: QuantityFormat,
    private text?: string,
  ) {}

  /** An integer number of units. */
  static of(value: number, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(value, 0, format);
  }

  /** A number of thousandths. */
  static ofMilli(value: number, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(value, -3, format);
  }

  get isZero(): boolean {
    return this.mantissa === 0 || this.mantissa === 0n;
  }

  /** -1, 0 or 1. */
  get sign(): number {
    return this.mantissa > 0 ? 1 : this.mantissa < 0 ? -1 : 0;
  }

  private aligned(other: Quantity): { a: number | bigint; b: number | bigint; scale: number } {
    const scale = Math.min(this.scale, other.scale);
    return { a: raise(this.mantissa, this.scale - scale), b: raise(other.mantissa, other.scale - scale), scale };
  }

  /** -1, 0 or 1 if this is less than, equal to or greater than the other. */
  compare(other: Quantity): number {
    const { a, b } = this.aligned(other);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  equals(other: Quantity): boolean {
    return this.compare(other) === 0;
  }

  /** The sum, in this one's format (or the other's if this is zero). */
  add(other: Quantity): Quantity {
    const { a, b, scale } = this.aligned(other);
    const format = this.isZero ? other.format : this.format;
    if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return new Quantity(a + b, scale, format);
    return new Quantity(normalizeMantissa(BigInt(a) + BigInt(b)), scale, format);
  }

  /** The difference. */
  sub(other: Quantity): Quantity {
    return this.add(new Quantity(-other.mantissa, other.scale, other.format));
  }

  /** The amount in 10^scale units, rounded up (ScaledValue). */
  scaled(scale: number): number {
    if (this.scale >= scale) return Number(raise(this.mantissa, this.scale - scale));
    const divisor = 10n ** BigInt(scale - this.scale);
    const mantissa = BigInt(this.mantissa);
    const quotient = mantissa / divisor;
    return Number(mantissa > 0n && quotient * divisor !== mantissa ? quotient + 1n : quotient);
  }

  /** Whole units, rounded up (Value). */
  value(): number {
    return this.scale === 0 && typeof this.mantissa === 'number' ? this.mantissa : this.scaled(0);
  }

  /** Thousandths, rounded up (MilliValue). */
  milliValue(): number {
    return this.scaled(-3);
  }

  /** The nearest float (AsApproximateFloat64). */
  toNumber(): number {
    return this.scale >= 0 ? Number(this.mantissa) * 10 ** this.scale : Number(this.mantissa) / 10 ** -this.scale;
  }

  /** The canonical text, which is what the API shows. */
  toString(): string {
    this.text ??= canonicalText(this);
    return this.text;
  }

  toJSON(): string {
    return this.toString();
  }
}

const parsed = new Memo<Quantity>({ longest: 64 });

/** Parses `100m`, `1.5Gi`, `1e3`, or a plain number. Throws QuantityError with upstream's message. Results are shared and immutable. */
export function parseQuantity(given: string | number): Quantity {
  return parsed.of(String(given).trim(), (text) => {
    const { mantissa, scale, format, canonical } = parseAmount(text);
    return new Quantity(mantissa, scale, format, canonical ? text : undefined);
  });
}

/** Whether a text is a quantity. */
export function isQuantity(text: string | number): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch {
    return false;
  }
}

/** The canonical text of a quantity's text: `1000m` → `1`, `1024Mi` → `1Gi`. Throws QuantityError. */
export function canonicalQuantity(text: string | number): string {
  return parseQuantity(text).toString();
}
