import { goQuote } from '#apimachinery';
import { Duration, Timestamp } from './values.js';

/** Go's time.Duration and RFC 3339 times with their texts. */

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const LONGEST = 256;

/** Go's time.ParseDuration; undefined if the text is none. */
export function parseDuration(text: string): Duration | undefined {
  if (text.length > LONGEST) return undefined;
  const sign = /^[-+]/.exec(text)?.[0];
  const rest = sign ? text.slice(1) : text;
  if (rest === '0') return new Duration(0n);
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
  let total = 0n;
  let at = 0;
  while (at < rest.length) {
    part.lastIndex = at;
    const match = part.exec(rest);
    if (!match || (!match[1] && !match[2])) return undefined;
    const unit = UNITS[match[3] ?? ''] ?? 0n;
    const fraction = match[2] ?? '';
    total += BigInt(match[1] || '0') * unit + (fraction ? (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length) : 0n);
    at = part.lastIndex;
  }
  if (at === 0) return undefined;
  const nanos = sign === '-' ? -total : total;
  return nanos >= -(2n ** 63n) && nanos < 2n ** 63n ? new Duration(nanos) : undefined;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})([.,]\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** The least and greatest seconds of a timestamp: the years 1 to 9999. */
export const MIN_SECONDS = -62135596800;
export const MAX_SECONDS = 253402300799;

/** Go's time.Parse of RFC 3339; undefined if the text is none. Years beyond 1 to 9999 are for the caller to refuse. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = text.length <= LONGEST ? RFC3339.exec(text) : null;
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day || day === 0) return undefined;
  const zone = match[8] ?? 'Z';
  const zoneHours = Number(zone.slice(1, 3));
  const zoneMinutes = Number(zone.slice(4, 6));
  if (zone !== 'Z' && (zoneHours > 24 || zoneMinutes > 60)) return undefined;
  const offset = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (zoneHours * 3600 + zoneMinutes * 60);
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
  const nanos = Number((match[7] ?? '.').slice(1, 10).padEnd(9, '0'));
  return new Timestamp(seconds, nanos, offset);
}

function formatOffset(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** RFC 3339 with as many digits as it needs (time.RFC3339Nano), in the zone that it was written in. */
export function formatTimestamp({ seconds, nanos, offset }: Timestamp): string {
  const text = new Date((seconds + offset) * 1000).toISOString().slice(0, 19);
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  return `${text}${fraction}${formatOffset(offset)}`;
}

/** A duration as string() gives it: its seconds as a double, without an exponent, and s. */
export function formatDuration({ nanos }: Duration): string {
  const seconds = Number(nanos / 1_000_000_000n) + Number(nanos % 1_000_000_000n) / 1e9;
  const text = String(seconds);
  const small = /^-?(\d)(?:\.(\d+))?e-(\d+)$/.exec(text);
  return `${small ? seconds.toFixed(Number(small[3]) + (small[2]?.length ?? 0)) : text}s`;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const KNOWN_ZONES = 64;

function zoneFormat(zone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(zone);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (formats.size < KNOWN_ZONES) formats.set(zone, format);
    return format;
  } catch {
    return undefined;
  }
}

/** Hours and minutes east of UTC as cel-go reads them, or what is wrong with them (common/types/timestamp.go timeZone). */
function fixedOffset(zone: string): number | string {
  const colon = zone.indexOf(':');
  const [hours, minutes] = [zone.slice(0, colon), zone.slice(colon + 1)];
  for (const part of [hours, minutes]) if (!/^[+-]?\d{1,9}$/.test(part)) return `strconv.Atoi: parsing ${goQuote(part)}: invalid syntax`;
  const sign = zone.startsWith('-') ? -1 : 1;
  return Number(hours) * 3600 + sign * Number(minutes) * 60;
}

/** The offset of a zone from UTC at a moment in seconds: `+02:00`, `Europe/Vienna`; the error if there is no such zone. */
export function zoneOffset(zone: string, seconds: number): number | string {
  if (zone === '' || zone === 'UTC') return 0;
  const unknown = `unknown time zone ${zone}`;
  if (zone.length > LONGEST) return unknown;
  if (zone.includes(':')) return fixedOffset(zone);
  const format = /^[A-Za-z][A-Za-z0-9_+/-]*$/.test(zone) ? zoneFormat(zone) : undefined;
  if (!format) return unknown;
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(new Date(seconds * 1000))) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - seconds;
}
