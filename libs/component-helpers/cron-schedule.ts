import { Cron } from 'croner';
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
/** How many candidates are tried until one is an existing local time; clocks are moved forward at most a few times a year. */
const MOST_CANDIDATES = 100;

/** Whether a time zone of that name is known. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
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

/** The local hour and minute of an instant. */
function localTime(format: Intl.DateTimeFormat, at: Date): { hour: number; minute: number } {
  const parts = format.formatToParts(at);
  const numberOf = (wanted: string): number => Number(parts.find(({ type }) => type === wanted)?.value);
  return { hour: numberOf('hour'), minute: numberOf('minute') };
}

const MINUTE = 60_000;
const DAY = 86_400_000;

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

function fromFields(fields: readonly CronField[], timeZone: string): CronSchedule {
  if (timeZone === 'UTC') return inUTC(fields);
  const pattern = fields.map(({ values, star }) => (star ? '*' : [...values].join(','))).join(' ');
  const [minutes, hours] = fields;
  const format = new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', minute: 'numeric', hourCycle: 'h23' });
  // A local time that is skipped when clocks are moved forward is skipped here too; croner would run it right after.
  const exists = (at: Date): boolean => {
    const { hour, minute } = localTime(format, at);
    return hours?.values.has(hour) === true && minutes?.values.has(minute) === true;
  };
  return {
    next(after) {
      const cron = new Cron(pattern, { mode: '5-part', timezone: timeZone, paused: true, stopAt: new Date(after + FIVE_YEARS) });
      let candidate = cron.nextRun(new Date(after));
      for (let looked = 0; candidate && !exists(candidate) && looked < MOST_CANDIDATES; looked++) candidate = cron.nextRun(candidate);
      return candidate?.getTime();
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
  return typeof fields === 'string' ? fields : fromFields(fields, zone);
}

/** The error of a schedule; undefined if it is valid. */
export function scheduleError(text: string): string | undefined {
  const schedule = parseCronSchedule(text);
  return typeof schedule === 'string' ? schedule : undefined;
}
