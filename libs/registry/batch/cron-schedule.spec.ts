import { fieldPath, formatFieldError } from '#apimachinery';
import { scheduleError, validateTimeZone } from './cron-schedule.js';

// As robfig/cron/v3 says it, which upstream parses schedules with.
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
  ['@never', 'unrecognized descriptor: @never'],
])('%s', (schedule, error) => {
  expect(scheduleError(schedule)).toBe(error);
});

it.each([
  ['Europe/Berlin', []],
  ['', ['tz: Invalid value: "": timeZone must be nil or non-empty string']],
  ['Mars/Base', ['tz: Invalid value: "Mars/Base": unknown time zone Mars/Base']],
  ['../etc', ['tz: Invalid value: "../etc": unknown time zone ../etc']],
  ['Local', ['tz: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones']],
])('zone %s', (zone, errors) => {
  expect(validateTimeZone(zone, fieldPath('tz')).map(formatFieldError)).toEqual(errors);
});
