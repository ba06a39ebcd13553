import type { Instant } from './clock.js';

/** RFC 3339 times of the API: metav1.Time in seconds, metav1.MicroTime in microseconds, both in UTC. */

let lastSecond = Number.NaN;
let lastText = '';

/** metav1.Time: `2026-01-02T03:04:05Z`. Fractions are truncated. The last second's text is cached, since writes come in bursts. */
export function formatTime(instant: Instant): string {
  const second = Math.floor(instant / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

/** metav1.MicroTime: `2026-01-02T03:04:05.678000Z`. */
export function formatMicroTime(instant: Instant): string {
  const text = new Date(instant).toISOString();
  const micros = Math.round((instant - Math.floor(instant)) * 1000) % 1000;
  return `${text.slice(0, 23)}${String(micros).padStart(3, '0')}Z`;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

const DASH = 45;
const COLON = 58;

/** The number that the decimal digits of a part of a text are; NaN if there is anything else. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** A time as formatTime() writes it, on a day that every month has; undefined for any other text. */
function parseSeconds(text: string): Instant | undefined {
  if (text.length !== 20 || text[19] !== 'Z' || text[10] !== 'T') return undefined;
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH || text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON)
    return undefined;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  const known = year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59 && second <= 59;
  return known ? Date.UTC(year, month - 1, day, hour, minute, second) : undefined;
}

/** An RFC 3339 time in milliseconds; undefined if it is invalid. */
export function parseTime(text: string): Instant | undefined {
  return parseSeconds(text) ?? parseAny(text);
}

function parseAny(text: string): Instant | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  if (Number(month) < 1 || Number(month) > 12 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined;
  const local = date.setUTCHours(Number(hour), Number(minute), Number(second));
  const offset = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  return local + Number(`0${fraction}`) * 1000 - offset * 60_000;
}
