import { goQuote, type Instant, parseGoDuration } from '#apimachinery';
import { type CronField, parseCronFields } from './cron-fields.js';

/** The times of a schedule. */
export interface CronSchedule {
  /** The first instant after the given one; undefined if there is none within five years (robfig/cron SpecSchedule.Next). */
  next(after: Instant): Instant | undefined;
}

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const FIVE_YEARS = 5 * 366 * 86_400_000;
/** Whether a time zone of that name is known; names are case-sensitive in Go. */
export function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

function every(duration: string, text: string): CronSchedule | string {
  const milliseconds = parseGoDuration(duration);
  if (milliseconds === undefined) return `failed to parse duration ${text}: time: invalid duration ${goQuote(duration)}`;
  const delay = Math.max(1000, Math.trunc(milliseconds / 1000) * 1000);
  return { next: (after) => after + delay - (((after % 1000) + 1000) % 1000) };
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** No zone moves its clocks twice in so short a time. */
const LONGER_THAN_A_DAY = 25 * 60 * MINUTE;

/** The times of a schedule in UTC, where each day has the same minutes: counted, which costs a hundredth of what local times cost. */
function inUTC([minutes, hours, days, months, weekdays]: readonly CronField[]): CronSchedule {
  const times = [...(hours?.values ?? [])]
    .flatMap((hour) => [...(minutes?.values ?? [])].map((minute) => hour * 60 + minute))
    .sort((a, b) => a - b);
  const isDue = (day: number): boolean => {
    const date = new Date(day * DAY);
    if (!months?.values.has(date.getUTCMonth() + 1)) return false;
    const [byDay, byWeekday] = [days?.values.has(date.getUTCDate()) === true, weekdays?.values.has(date.getUTCDay()) === true];
    return days?.star || weekdays?.star ? byDay && byWeekday : byDay || byWeekday;
  };
  return {
    next(after) {
      const first = Math.floor(after / MINUTE) + 1;
      const today = Math.floor((first * MINUTE) / DAY);
      for (let day = today; day * DAY <= after + FIVE_YEARS; day++) {
        if (!isDue(day)) continue;
        const from = day === today ? first - (day * DAY) / MINUTE : 0;
        const time = times.find((minute) => minute >= from);
        if (time !== undefined) return day * DAY + time * MINUTE;
      }
      return undefined;
    },
  };
}

/** By how much local times of a zone are ahead of UTC at an instant. */
function offsetsOf(timeZone: string): (at: Instant) => number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  return (at) => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE;
  };
}

/** The first minute with another offset than `from`, which has that of neither `to` nor those after it. */
function firstChange(offsetAt: (at: Instant) => number, from: Instant, to: Instant): Instant {
  const before = offsetAt(from);
  let [low, high] = [from / MINUTE, to / MINUTE];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * MINUTE) === before) low = middle;
    else high = middle;
  }
  return high * MINUTE;
}

/**
 * The times of a schedule in a zone: the instants whose local time matches. So a local time that is skipped when clocks are moved forward
 * never comes, and one that is repeated when they are moved back comes twice, as in robfig/cron.
 */
function inZone(fields: readonly CronField[], timeZone: string): CronSchedule {
  const local = inUTC(fields);
  const offsetAt = offsetsOf(timeZone);
  return {
    next(after) {
      let at = (Math.floor(after / MINUTE) + 1) * MINUTE;
      for (;;) {
        const offset = offsetAt(at);
        const match = local.next(at + offset - 1);
        if (match === undefined) return undefined;
        const found = match - offset;
        const end = Math.min(found, at + LONGER_THAN_A_DAY);
        if (offsetAt(end) !== offset) at = firstChange(offsetAt, at, end);
        else if (end === found) return found;
        else at = Math.max(end, found - LONGER_THAN_A_DAY);
      }
    },
  };
}

/**
 * Parses a schedule; returns robfig/cron's error message as a text if it is invalid. `timeZone` is the zone of its times; a `TZ=` prefix
 * takes precedence.
 */
export function parseCronSchedule(text: string, timeZone = 'UTC'): CronSchedule | string {
  if (text === '') return 'empty spec string';
  let zone = timeZone;
  let rest = text;
  if (/^(CRON_)?TZ=/.test(text)) {
    const space = text.indexOf(' ');
    zone = text.slice(text.indexOf('=') + 1, space < 0 ? undefined : space);
    if (!isTimeZone(zone)) return `provided bad location ${zone}: unknown time zone ${zone}`;
    rest = space < 0 ? '' : text.slice(space).trim();
  }
  if (rest.startsWith('@every ')) return every(rest.slice('@every '.length), rest);
  const spec = Object.hasOwn(DESCRIPTORS, rest) ? (DESCRIPTORS[rest] ?? '') : rest;
  if (spec.startsWith('@')) return `unrecognized descriptor: ${spec}`;
  const fields = parseCronFields(spec);
  return typeof fields === 'string' ? fields : zone === 'UTC' ? inUTC(fields) : inZone(fields, zone);
}

/** The error of a schedule; undefined if it is valid. */
export function scheduleError(text: string): string | undefined {
  const schedule = parseCronSchedule(text);
  return typeof schedule === 'string' ? schedule : undefined;
}
