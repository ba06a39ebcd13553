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

/** An RFC 3339 time in milliseconds; undefined if it is invalid. */
export function parseTime(text: string): Instant | undefined {
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
