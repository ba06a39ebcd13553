/** The format of a quantity (api/resource Format). */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** mantissa × 10^scale. */
export interface Amount {
  readonly mantissa: number | bigint;
  readonly scale: number;
  readonly format: QuantityFormat;
}

/** A text that is not a quantity; the message is upstream's. */
export class QuantityError extends Error {}

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NUMERIC = 'unable to parse numeric part of quantity';
const SUFFIX = "unable to parse quantity's suffix";

/** The grammar of parseQuantityString: sign, leading zeros, digits, fraction, suffix. A lone sign or dot counts as zero there. */
const GRAMMAR = /^([+-]?)0*(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;

const DECIMAL: Readonly<Record<string, number>> = { '': 0, n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

function suffixOf(suffix: string): { format: QuantityFormat; exponent: number } {
  const decimal = DECIMAL[suffix];
  if (decimal !== undefined) return { format: 'DecimalSI', exponent: decimal };
  const binary = BINARY[suffix];
  if (binary !== undefined) return { format: 'BinarySI', exponent: binary };
  if (/^[eE][-+]?\d+$/.test(suffix)) return { format: 'DecimalExponent', exponent: Number(suffix.slice(1)) };
  throw new QuantityError(SUFFIX);
}

/** Digits below nano are rounded up, away from zero; a binary amount is capped at the largest int64, as in upstream's slow path. */
function exact(digits: bigint, scale: number, format: QuantityFormat): Amount {
  let mantissa = digits;
  let exponent = scale;
  if (exponent < -9) {
    const divisor = 10n ** BigInt(-9 - exponent);
    mantissa = mantissa / divisor + (mantissa % divisor === 0n ? 0n : 1n);
    exponent = -9;
  }
  const whole = exponent >= 0 ? mantissa * 10n ** BigInt(exponent) : mantissa / 10n ** BigInt(-exponent);
  if (format === 'BinarySI' && whole >= 2n ** 63n) return { mantissa: 2n ** 63n - 1n, scale: 0, format };
  const decimal = format === 'BinarySI' && whole === 0n && mantissa > 0n ? 'DecimalSI' : format;
  return { mantissa: mantissa <= 9007199254740991n ? Number(mantissa) : mantissa, scale: exponent, format: decimal };
}

/** Whether upstream keeps the text unchanged instead of canonicalizing it. */
function keepsText(digits: string, scale: number, { format, exponent }: { format: QuantityFormat; exponent: number }): boolean {
  if (format === 'BinarySI') return exponent % 10 === 0 && (BigInt(digits) & 7n) !== 0n;
  return scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

const LARGEST_EXPONENT = 1000;

/** Parses a quantity; `canonical`: the text is to be kept unchanged. Throws QuantityError. */
export function parseAmount(text: string): Amount & { canonical: boolean } {
  if (text === '') throw new QuantityError(FORMAT_WRONG);
  const match = GRAMMAR.exec(text);
  if (!match) throw new QuantityError(FORMAT_WRONG);
  const [, sign = '', whole = '', fraction = '', suffixText = ''] = match;
  const suffix = suffixOf(suffixText);
  if (Math.abs(suffix.exponent) > LARGEST_EXPONENT) throw new QuantityError(NUMERIC);
  const digits = (whole === '' ? '0' : whole) + fraction;
  const scale = (suffix.format === 'BinarySI' ? 0 : suffix.exponent) - fraction.length;
  const unsigned = suffix.format === 'BinarySI' ? BigInt(digits) * 2n ** BigInt(suffix.exponent) : BigInt(digits);
  const amount = exact(unsigned, scale, suffix.format);
  const fast = suffix.format === 'BinarySI' ? fraction === '' && fitsBinary(digits, suffix.exponent) : digits.length <= 18 && scale >= -9;
  const canonical = text === '0' || (fast && keepsText(digits, scale, suffix));
  return { ...amount, mantissa: sign === '-' ? -amount.mantissa : amount.mantissa, canonical };
}

/** Upstream's estimate of whether a binary amount fits into its int64 fast path. */
function fitsBinary(digits: string, exponent: number): boolean {
  return 15 - digits.length - Math.trunc((exponent * 3) / 10) - 1 >= 0;
}
