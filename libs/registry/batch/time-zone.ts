import { type FieldError, type FieldPathLike, invalidValue } from '#apimachinery';
import { isTimeZone } from '#component-helpers';

const ZONE_PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

/** A CronJob's time zone (batch validation.go validateTimeZone). */
export function validateTimeZone(zone: string | undefined, path: FieldPathLike): FieldError[] {
  if (zone === undefined) return [];
  if (zone === '') return [invalidValue(path, zone, 'timeZone must be nil or non-empty string')];
  const unknown = `unknown time zone ${zone}`;
  if (zone.split('/').some((part) => part === '.' || part === '..' || part.startsWith('-') || !ZONE_PART.test(part))) {
    return [invalidValue(path, zone, unknown)];
  }
  const errors: FieldError[] = [];
  const local = zone.toLowerCase() === 'local';
  if (local) errors.push(invalidValue(path, zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'));
  // Go accepts `Local` as a zone, but only in this spelling.
  if (zone !== 'Local' && !isTimeZone(zone)) errors.push(invalidValue(path, zone, unknown));
  return errors;
}
