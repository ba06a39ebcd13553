import { atoi, type FieldError, type FieldPathLike, goQuote, invalidValue, parseGoDuration } from '#apimachinery';

/** What is wrong with a cron schedule, in the words of github.com/robfig/cron/v3's standard parser, which upstream uses. */

interface Bounds {
  min: number;
  max: number;
  names: readonly string[];
}

const NAMED = (min: number, names: string): Bounds => ({ min, max: min + names.split(' ').length - 1, names: names.split(' ') });
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  NAMED(1, 'jan feb mar apr may jun jul aug sep oct nov dec'),
  NAMED(0, 'sun mon tue wed thu fri sat'),
];
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);

function parseInteger(text: string): number | string {
  const value = atoi(text);
  if (value === undefined) return `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`;
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}

function parseIntegerOrName(text: string, { min, names }: Bounds): number | string {
  const index = names.indexOf(text.toLowerCase());
  return index >= 0 ? min + index : parseInteger(text);
}

function parseEnds(text: string, bounds: Bounds, stepped: boolean, expression: string): { start: number; end: number } | string {
  const [low = '', high, ...more] = text.split('-');
  if (low === '*' || low === '?') return { start: bounds.min, end: bounds.max };
  const start = parseIntegerOrName(low, bounds);
  if (typeof start === 'string') return start;
  if (more.length > 0) return `too many hyphens: ${expression}`;
  // `5/10` means from five to the end by tens.
  if (high === undefined) return { start, end: stepped ? bounds.max : start };
  const end = parseIntegerOrName(high, bounds);
  return typeof end === 'string' ? end : { start, end };
}

function rangeError(expression: string, bounds: Bounds): string | undefined {
  const [range = '', stepText, ...more] = expression.split('/');
  const ends = parseEnds(range, bounds, stepText !== undefined, expression);
  if (typeof ends === 'string') return ends;
  const step = stepText === undefined ? 1 : parseInteger(stepText);
  if (more.length > 0) return `too many slashes: ${expression}`;
  if (typeof step === 'string') return step;
  const { start, end } = ends;
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${expression}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  return step === 0 ? `step of range should be a positive number: ${expression}` : undefined;
}

function descriptorError(text: string): string | undefined {
  if (DESCRIPTORS.has(text)) return undefined;
  if (!text.startsWith('@every ')) return `unrecognized descriptor: ${text}`;
  const duration = text.slice('@every '.length);
  if (parseGoDuration(duration) !== undefined) return undefined;
  return `failed to parse duration ${text}: time: invalid duration ${goQuote(duration)}`;
}

/** Whether a time zone is known by that name. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function withoutZone(schedule: string): { rest: string } | string {
  if (!/^(CRON_)?TZ=/.test(schedule)) return { rest: schedule };
  const space = schedule.indexOf(' ');
  const zone = schedule.slice(schedule.indexOf('=') + 1, space < 0 ? undefined : space);
  if (!isTimeZone(zone)) return `provided bad location ${zone}: unknown time zone ${zone}`;
  return { rest: space < 0 ? '' : schedule.slice(space).trim() };
}

/** Why a schedule is none; undefined: it is fine. */
export function scheduleError(schedule: string): string | undefined {
  if (schedule === '') return 'empty spec string';
  const zoned = withoutZone(schedule);
  if (typeof zoned === 'string') return zoned;
  if (zoned.rest.startsWith('@')) return descriptorError(zoned.rest);
  const fields = zoned.rest.split(/\s+/).filter(Boolean);
  if (fields.length !== FIELDS.length) return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [index, bounds] of FIELDS.entries()) {
    for (const expression of (fields[index] ?? '').split(',').filter(Boolean)) {
      const error = rangeError(expression, bounds);
      if (error) return error;
    }
  }
  return undefined;
}

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
  // Go takes `Local` itself for a zone, but not the same in other letters.
  if (zone !== 'Local' && !isTimeZone(zone)) errors.push(invalidValue(path, zone, unknown));
  return errors;
}
