import { atoi, goQuote } from '#apimachinery';

/**
 * Parses the five fields of a cron schedule like the standard parser of github.com/robfig/cron/v3, which upstream uses, with its error
 * messages.
 */

interface Bounds {
  min: number;
  max: number;
  names: readonly string[];
}

const named = (min: number, names: string): Bounds => ({ min, max: min + names.split(' ').length - 1, names: names.split(' ') });
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  named(1, 'jan feb mar apr may jun jul aug sep oct nov dec'),
  named(0, 'sun mon tue wed thu fri sat'),
];

/** A field: the values it matches, and whether it was written as a star, which matters for the two fields of days. */
export interface CronField {
  values: ReadonlySet<number>;
  star: boolean;
}

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
  // `5/10` means every tenth value from five on.
  if (high === undefined) return { start, end: stepped ? bounds.max : start };
  const end = parseIntegerOrName(high, bounds);
  return typeof end === 'string' ? end : { start, end };
}

function parseRange(expression: string, bounds: Bounds): { start: number; end: number; step: number; star: boolean } | string {
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
  if (step === 0) return `step of range should be a positive number: ${expression}`;
  return { start, end, step, star: step === 1 && (range[0] === '*' || range[0] === '?') };
}

function parseField(text: string, bounds: Bounds): CronField | string {
  const values = new Set<number>();
  let star = false;
  // A field can repeat an expression very often.
  for (const expression of new Set(text.split(',').filter(Boolean))) {
    const range = parseRange(expression, bounds);
    if (typeof range === 'string') return range;
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
    star ||= range.star;
  }
  return { values, star };
}

/** Minute, hour, day of the month, month and day of the week; or an error message. */
export function parseCronFields(text: string): CronField[] | string {
  const fields = text.split(/\s+/).filter(Boolean);
  if (fields.length !== FIELDS.length) return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`;
  const parsed: CronField[] = [];
  for (const [index, bounds] of FIELDS.entries()) {
    const field = parseField(fields[index] ?? '', bounds);
    if (typeof field === 'string') return field;
    parsed.push(field);
  }
  return parsed;
}
