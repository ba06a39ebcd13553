import { fieldPath, formatFieldError } from '#apimachinery';
import { validateTimeZone } from './time-zone.js';

it.each([
  ['Europe/Berlin', []],
  ['', ['tz: Invalid value: "": timeZone must be nil or non-empty string']],
  ['Mars/Base', ['tz: Invalid value: "Mars/Base": unknown time zone Mars/Base']],
  ['../etc', ['tz: Invalid value: "../etc": unknown time zone ../etc']],
  ['Local', ['tz: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones']],
])('zone %s', (zone, errors) => {
  expect(validateTimeZone(zone, fieldPath('tz')).map(formatFieldError)).toEqual(errors);
});
