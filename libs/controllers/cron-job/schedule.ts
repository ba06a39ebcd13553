import type { batchv1 } from '#api';
import { type Instant, Memo, parseTime } from '#apimachinery';
import { type CronSchedule, parseCronSchedule } from '#component-helpers';

/** Starts after which upstream says that too many were missed. */
const MANY = 100;
/** Starts that are looked at one by one, before the last one is searched for. */
const MOST_STEPS = 8;

const parsed = new Memo<CronSchedule | string>({ bytes: 64 * 1024 });

/** The schedule of a CronJob in its time zone, or why it cannot be parsed. */
export function scheduleOf({ spec }: batchv1.CronJob): CronSchedule | string {
  const zone = spec.timeZone ?? 'UTC';
  return parsed.of(`${zone} ${spec.schedule}`, () => parseCronSchedule(spec.schedule, zone));
}

/** What was to start until now (utils.go mostRecentScheduleTime). */
export interface Due {
  /** From when on starts are looked for. */
  earliest: Instant;
  /** The last start until now; undefined if there is none. */
  last?: Instant;
  missed: 'none' | 'few' | 'many';
  /** Set if the schedule has no times. */
  error?: string;
}

/** The starts of a CronJob until now; with its deadline, those that are too late are left out. */
export function dueStarts(cronJob: batchv1.CronJob, schedule: CronSchedule, now: Instant, withDeadline: boolean): Due {
  const earliest = earliestOf(cronJob, now, withDeadline);
  const first = schedule.next(earliest);
  if (first !== undefined && now < first) return { earliest, missed: 'none' };
  const second = first === undefined ? undefined : schedule.next(first);
  if (first === undefined || second === undefined || second - first < 500)
    return { earliest, missed: 'none', error: 'time difference between two schedules is less than 1 second' };
  if (now < second) return { earliest, last: first, missed: 'none' };
  const interval = Math.max(1, Math.round((second - first) / 1000)) * 1000;
  const count = Math.floor(Math.trunc((now - first) / 1000) / (interval / 1000)) + 1;
  const last = lastStart(schedule, first + (count - 2) * interval, now);
  return { earliest, missed: count > MANY ? 'many' : 'few', ...(last === undefined ? {} : { last }) };
}

function earliestOf({ metadata, spec, status }: batchv1.CronJob, now: Instant, withDeadline: boolean): Instant {
  const since = parseTime(status?.lastScheduleTime ?? '') ?? parseTime(metadata.creationTimestamp ?? '') ?? now;
  const { startingDeadlineSeconds } = spec;
  return withDeadline && startingDeadlineSeconds !== undefined ? Math.max(since, now - startingDeadlineSeconds * 1000) : since;
}

/**
 * The last time after `from` that is not after `now`. Upstream looks at one after the other; irregular schedules have thousands of them,
 * for which the search is by halves: times of fields do not depend on where one begins to look.
 */
function lastStart(schedule: CronSchedule, from: Instant, now: Instant): Instant | undefined {
  let last: Instant | undefined;
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = schedule.next(last ?? from);
    if (next === undefined || next > now) return last;
    last = next;
  }
  let low = last ?? from;
  let high = now;
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2);
    const next = schedule.next(middle);
    if (next !== undefined && next <= now) low = next;
    else high = middle;
  }
  return low;
}

/** Milliseconds until the next start (utils.go nextScheduleTimeDuration); undefined if there is none. */
export function untilNextStart(cronJob: batchv1.CronJob, schedule: CronSchedule, now: Instant): number | undefined {
  const { earliest, last, missed, error } = dueStarts(cronJob, schedule, now, false);
  const from = error === undefined ? (last ?? (missed === 'none' ? earliest : now)) : now;
  const next = schedule.next(from);
  return next === undefined ? undefined : next - now;
}
