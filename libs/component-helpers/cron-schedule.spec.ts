import { formatTime, parseTime } from '#apimachinery';
import { isTimeZone, parseCronSchedule, scheduleError } from './cron-schedule.js';

// The error messages of robfig/cron, which upstream uses.
it.each([
  ['* * * * *', undefined],
  ['*/15 0-6,22 1 jan-mar MON', undefined],
  ['? * ? * ?', undefined],
  ['@hourly', undefined],
  ['@every 1h30m', undefined],
  ['CRON_TZ=Europe/Berlin 5 4 * * *', undefined],
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['', 'empty spec string'],
  ['61 * * * *', 'end of range (61) above maximum (59): 61'],
  ['* 5-2 * * *', 'beginning of range (5) beyond end of range (2): 5-2'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['TZ=Mars/Base * * * * *', 'provided bad location Mars/Base: unknown time zone Mars/Base'],
  ['@every day', 'failed to parse duration @every day: time: invalid duration "day"'],
  ['@never', 'unrecognized descriptor: @never'],
  ['@constructor', 'unrecognized descriptor: @constructor'],
])('%s', (schedule, error) => {
  expect(scheduleError(schedule)).toBe(error);
});

it.each<[schedule: string, zone: string | undefined, after: string, next: string[]]>([
  ['*/20 * * * *', undefined, '2026-01-01T00:05:30Z', ['2026-01-01T00:20:00Z', '2026-01-01T00:40:00Z', '2026-01-01T01:00:00Z']],
  ['50/5 * * * *', undefined, '2026-01-01T00:00:00Z', ['2026-01-01T00:50:00Z', '2026-01-01T00:55:00Z', '2026-01-01T01:50:00Z']],
  ['0 9 * * mon-fri', undefined, '2026-01-02T12:00:00Z', ['2026-01-05T09:00:00Z', '2026-01-06T09:00:00Z']],
  ['@monthly', undefined, '2026-01-15T00:00:00Z', ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z']],
  ['@every 90s', undefined, '2026-01-01T00:00:10Z', ['2026-01-01T00:01:40Z', '2026-01-01T00:03:10Z']],
  // If both kinds of days are restricted, either one has to match.
  ['0 0 15 * sun', undefined, '2026-01-11T12:00:00Z', ['2026-01-15T00:00:00Z', '2026-01-18T00:00:00Z']],
  ['0 0 29 2 *', undefined, '2026-03-01T00:00:00Z', ['2028-02-29T00:00:00Z']],
  ['0 0 31 2 *', undefined, '2026-01-01T00:00:00Z', []],
  ['0 9 * * *', 'America/New_York', '2026-01-01T00:00:00Z', ['2026-01-01T14:00:00Z']],
  ['CRON_TZ=Asia/Tokyo 0 9 * * *', 'America/New_York', '2026-01-01T00:00:01Z', ['2026-01-02T00:00:00Z']],
  // Half past two does not exist on the day clocks are moved forward.
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', ['2026-03-30T00:30:00Z']],
  ['0 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', ['2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z']],
  // It exists twice on the day they are moved back.
  ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-26T01:30:00Z']],
  ['30 2 25 10 *', 'Europe/Berlin', '2026-10-25T00:30:00Z', ['2026-10-25T01:30:00Z', '2027-10-25T00:30:00Z']],
  ['30 2 25 10 *', 'Europe/Berlin', '2026-10-25T01:30:00Z', ['2027-10-25T00:30:00Z', '2028-10-25T00:30:00Z']],
  ['0 1 * * *', 'America/New_York', '2012-11-04T04:00:00Z', ['2012-11-04T05:00:00Z', '2012-11-04T06:00:00Z', '2012-11-05T06:00:00Z']],
  ['*/20 2 * * *', 'Europe/Berlin', '2026-10-25T00:39:59Z', ['2026-10-25T00:40:00Z', '2026-10-25T01:00:00Z', '2026-10-25T01:20:00Z']],
  ['0 9 1 jan,jul *', 'Europe/Berlin', '2026-02-01T00:00:00Z', ['2026-07-01T07:00:00Z', '2027-01-01T08:00:00Z']],
  ['15 0 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', ['2026-01-01T18:45:00Z', '2026-01-02T18:45:00Z']],
  // Lord Howe Island moves its clocks by half an hour.
  ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-03T20:00:00Z', ['2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z', '2026-04-05T15:15:00Z']],
  ['0 0 31 2 *', 'Europe/Berlin', '2026-01-01T00:00:00Z', []],
])('%s in %s after %s', (text, zone, after, want) => {
  const schedule = parseCronSchedule(text, zone);
  if (typeof schedule === 'string') throw new Error(schedule);
  const found: string[] = [];
  let at: number | undefined = parseTime(after);
  while (at !== undefined && found.length < Math.max(1, want.length)) {
    at = schedule.next(at);
    if (at !== undefined) found.push(formatTime(at));
  }
  expect(found).toEqual(want);
});

it.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['US/Eastern', true],
  ['europe/berlin', false],
  ['utc', false],
  ['Mars/Base', false],
])('the time zone %s is known: %s', (name, known) => {
  expect(isTimeZone(name)).toBe(known);
});
