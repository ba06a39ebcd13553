import { goQuote } from './go-format.js';

/** An integer or a text, e.g. a percentage (apimachinery/pkg/util/intstr). */
export type IntOrString = number | string;

/** An int-or-string is a percentage: the text ends in '%'. */
export function isPercent(value: IntOrString): boolean {
  return typeof value === 'string' && value.endsWith('%');
}

/** The whole-number part of a text as Go's Atoi reads it; undefined when it is none. */
export function atoi(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) <= 2 ** 63 ? value : undefined;
}

/**
 * `25%` of a total, or the number itself (GetScaledValueFromIntOrPercent).
 * Throws a TypeError with upstream's text for a string that is no percentage.
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

/** The number an int-or-string stands for; 0 for a text that is none (IntValue). */
export function intValue(value: IntOrString): number {
  return typeof value === 'number' ? value : (atoi(value) ?? 0);
}

/** The text of an int-or-string (String). */
export function intOrStringText(value: IntOrString): string {
  return String(value);
}

/** A text as an integer where it is one of 32 bits, else itself (intstr.Parse). */
export function parseIntOrString(text: string): IntOrString {
  const value = atoi(text);
  return value !== undefined && value >= -(2 ** 31) && value < 2 ** 31 ? value : text;
}

/** The helpers of int-or-strings under one name. */
export const intOrString = { isPercent, scaledValue, intValue, text: intOrStringText, parse: parseIntOrString } as const;
