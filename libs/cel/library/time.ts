import { type FunctionDeclaration, fn, type Implementation, type Library, member } from '../check/functions.js';
import { DURATION, INT, STRING, TIMESTAMP } from '../check/types.js';
import { zoneOffset } from '../run/time.js';
import { CelError, type Duration, intOf, type Timestamp, type Value } from '../run/values.js';

/** Parts of times and durations (cel-go's common/stdlib/standard.go). */

const DAY = 86_400_000;

/** A part of a time in a zone, read from its date as UTC. */
const part =
  (read: (date: Date, time: Timestamp) => number): Implementation =>
  ([value, zone], context) => {
    const time = value as Timestamp;
    // Formatting in a named zone costs some microseconds.
    if (zone !== undefined) context.work(800);
    const offset = zoneOffset((zone as string | undefined) ?? 'UTC', time.seconds);
    if (typeof offset === 'string') return new CelError(offset);
    return read(new Date((time.seconds + offset) * 1000), time);
  };

const yearDay = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY);

function timePart(name: string, id: string, run: Implementation, zoned = `${id}_with_tz`): FunctionDeclaration {
  return fn(name, member(id, [TIMESTAMP], INT, run), member(zoned, [TIMESTAMP, STRING], INT, run));
}

/** Whole units of a duration. */
const units =
  (nanos: bigint): Implementation =>
  ([value]): Value =>
    intOf((value as Duration).nanos / nanos);

export const timeFunctions: Library = [
  timePart(
    'getFullYear',
    'timestamp_to_year',
    part((date) => date.getUTCFullYear()),
  ),
  timePart(
    'getMonth',
    'timestamp_to_month',
    part((date) => date.getUTCMonth()),
  ),
  timePart('getDayOfYear', 'timestamp_to_day_of_year', part(yearDay)),
  timePart(
    'getDayOfMonth',
    'timestamp_to_day_of_month',
    part((date) => date.getUTCDate() - 1),
  ),
  timePart(
    'getDate',
    'timestamp_to_day_of_month_1_based',
    part((date) => date.getUTCDate()),
  ),
  timePart(
    'getDayOfWeek',
    'timestamp_to_day_of_week',
    part((date) => date.getUTCDay()),
  ),
  timePart(
    'getHours',
    'timestamp_to_hours',
    part((date) => date.getUTCHours()),
  ),
  timePart(
    'getMinutes',
    'timestamp_to_minutes',
    part((date) => date.getUTCMinutes()),
  ),
  timePart(
    'getSeconds',
    'timestamp_to_seconds',
    part((date) => date.getUTCSeconds()),
    'timestamp_to_seconds_tz',
  ),
  timePart(
    'getMilliseconds',
    'timestamp_to_milliseconds',
    part((_, { nanos }) => Math.floor(nanos / 1e6)),
  ),
  fn('getHours', member('duration_to_hours', [DURATION], INT, units(3_600_000_000_000n))),
  fn('getMinutes', member('duration_to_minutes', [DURATION], INT, units(60_000_000_000n))),
  fn('getSeconds', member('duration_to_seconds', [DURATION], INT, units(1_000_000_000n))),
  fn('getMilliseconds', member('duration_to_milliseconds', [DURATION], INT, units(1_000_000n))),
];
