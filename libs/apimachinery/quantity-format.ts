import type { Amount } from './quantity-parse.js';

const DECIMAL_SUFFIX = new Map<number, string>([
  [-9, 'n'],
  [-6, 'u'],
  [-3, 'm'],
  [0, ''],
  [3, 'k'],
  [6, 'M'],
  [9, 'G'],
  [12, 'T'],
  [15, 'P'],
  [18, 'E'],
]);
const BINARY_SUFFIX = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Divides out factors: 5000 by 10 is 5 and three times. */
function withoutFactors(value: bigint, factor: bigint): { rest: bigint; times: number } {
  let rest = value;
  let times = 0;
  while (rest !== 0n && rest % factor === 0n) {
    rest /= factor;
    times++;
  }
  return { rest, times };
}

function decimalText({ mantissa, scale, format }: Amount): string {
  const { rest, times } = withoutFactors(BigInt(mantissa), 10n);
  let exponent = scale + times;
  let number = rest;
  while (exponent % 3 !== 0) {
    number *= 10n;
    exponent--;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${number}` : `${number}e${exponent}`;
  return `${number}${DECIMAL_SUFFIX.get(exponent) ?? ''}`;
}

/** The amount in whole units; undefined if it has a fraction. */
function wholeUnits({ mantissa, scale }: Amount): bigint | undefined {
  const value = BigInt(mantissa);
  if (scale >= 0) return value * 10n ** BigInt(scale);
  const divisor = 10n ** BigInt(-scale);
  return value % divisor === 0n ? value / divisor : undefined;
}

/**
 * The canonical text (Quantity.CanonicalizeBytes): no fraction, and the largest suffix for which it is exact; a binary amount below 1024 or
 * with a fraction is written in decimal.
 */
export function canonicalText(amount: Amount): string {
  if (amount.mantissa === 0 || amount.mantissa === 0n) return '0';
  if (amount.format !== 'BinarySI') return decimalText(amount);
  const whole = wholeUnits(amount);
  if (whole === undefined || (whole > -1024n && whole < 1024n)) return decimalText({ ...amount, format: 'DecimalSI' });
  const { rest, times } = withoutFactors(whole, 1024n);
  return `${rest}${BINARY_SUFFIX[times] ?? ''}`;
}
