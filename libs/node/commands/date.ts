import { type Command, CommandError, print } from '../shell/process.js';
import { optionsOf } from './options.js';

const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');
const LONG_DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const LONG_MONTHS = 'January February March April May June July August September October November December'.split(' ');

const two = (value: number): string => String(value).padStart(2, '0');

/** One conversion of strftime(3), in UTC; undefined if there is no such conversion. */
function converted(letter: string, at: number): string | undefined {
  const date = new Date(at);
  switch (letter) {
    case 'Y':
      return String(date.getUTCFullYear());
    case 'y':
      return two(date.getUTCFullYear() % 100);
    case 'm':
      return two(date.getUTCMonth() + 1);
    case 'd':
      return two(date.getUTCDate());
    case 'e':
      return String(date.getUTCDate()).padStart(2);
    case 'H':
      return two(date.getUTCHours());
    case 'I':
      return two(date.getUTCHours() % 12 || 12);
    case 'M':
      return two(date.getUTCMinutes());
    case 'S':
      return two(date.getUTCSeconds());
    case 'N':
      return String(date.getUTCMilliseconds() * 1_000_000).padStart(9, '0');
    case 's':
      return String(Math.floor(at / 1000));
    case 'a':
      return DAYS[date.getUTCDay()];
    case 'A':
      return LONG_DAYS[date.getUTCDay()];
    case 'b':
    case 'h':
      return MONTHS[date.getUTCMonth()];
    case 'B':
      return LONG_MONTHS[date.getUTCMonth()];
    case 'p':
      return date.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'Z':
      return 'UTC';
    case 'z':
      return '+0000';
    case 'u':
      return String(date.getUTCDay() || 7);
    case 'w':
      return String(date.getUTCDay());
    case 'j':
      return String(Math.floor((at - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1).padStart(3, '0');
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '%':
      return '%';
    default:
      return Object.hasOwn(COMPOSED, letter) ? formatDate(COMPOSED[letter] ?? '', at) : undefined;
  }
}

const COMPOSED: Readonly<Record<string, string>> = { F: '%Y-%m-%d', T: '%H:%M:%S', R: '%H:%M', D: '%m/%d/%y', c: '%a %b %e %H:%M:%S %Y' };

/** strftime(3), in UTC. */
export function formatDate(format: string, at: number): string {
  return format.replace(/%-?([A-Za-z%])/g, (whole, letter: string) => {
    const text = converted(letter, at);
    return text === undefined ? whole : whole[1] === '-' ? text.replace(/^[0 ](?=.)/, '') : text;
  });
}

/** date. */
export const date: Command = function* (process) {
  const { operands, value, has } = optionsOf(process.argv, { flags: 'uRI', valued: 'drs', long: { utc: 'u', 'iso-8601': 'I', date: 'd' } });
  const given = value('d');
  let at = process.around.time(process.kernel.now, process.output);
  if (given !== undefined && given !== 'now') {
    const parsed = given.startsWith('@') ? Number(given.slice(1)) * 1000 : Date.parse(/[zZ]|UTC/.test(given) ? given : `${given} UTC`);
    if (Number.isNaN(parsed)) throw new CommandError(`invalid date '${given}'`);
    at = parsed;
  }
  const format = operands.find((word) => word.startsWith('+'))?.slice(1);
  const standard = has('R') ? '%a, %d %b %Y %H:%M:%S +0000' : has('I') ? '%Y-%m-%d' : '%a %b %e %H:%M:%S UTC %Y';
  yield* print(process, `${formatDate(format ?? standard, at)}\n`);
  return 0;
};
