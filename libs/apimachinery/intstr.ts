import { goQuote } from './go-format.js';

/** An integer or a text, e.g. a percentage (apimachinery/pkg/util/intstr). */
export type IntOrString = number | string;

/** Whether an int-or-string is a percentage: a text that ends in '%'. */
export function isPercent(value: IntOrString): boolean {
  return typeof value === 'string' && value.endsWith('%');
}

/** The integer in a text, as parsed by Go's Atoi; undefined if it is invalid. */
export function atoi(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) <= 2 ** 63 ? value : undefined;
}

/**
 * `25%` of a total, or the number itself (GetScaledValueFromIntOrPercent). Throws a TypeError with upstream's message for a string that is
 * not a percentage.
 */
export function scaledValue(value: IntOrString, total: number, roundUp: boolean): number {
  if (typeof value === 'number') return value;
  if (!value.endsWith('%')) throw new TypeError('invalid value for IntOrString: invalid type: string is not a percentage');
  const percent = atoi(value.slice(0, -1));
  if (percent === undefined) {
    const digits = value.slice(0, -1);
    throw new TypeError(
      `invalid value for IntOrString: invalid value ${goQuote(value)}: strconv.Atoi: parsing ${goQuote(digits)}: invalid syntax`,
    );
  }
  const scaled = (percent * total) / 100;
  return roundUp ? Math.ceil(scaled) : Math.floor(scaled);
}

/** The number of an int-or-string; 0 for an invalid text (IntValue). */
export function intValue(value: IntOrString): number {
  return typeof value === 'number' ? value : (atoi(value) ?? 0);
}

/** The text of an int-or-string (String). */
export function intOrStringText(value: IntOrString): string {
  return String(value);
}

/** A text as an integer if it is a 32-bit one, otherwise unchanged (intstr.Parse). */
export function parseIntOrString(text: string): IntOrString {
  const value = atoi(text);
  return value !== undefined && value >= -(2 ** 31) && value < 2 ** 31 ? value : text;
}

/** The functions on int-or-strings under one name. */
export const intOrString = { isPercent, scaledValue, intValue, text: intOrStringText, parse: parseIntOrString } as const;
