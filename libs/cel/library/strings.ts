import { fn, type Implementation, type Library, member, overload } from '../check/functions.js';
import { DYN, INT, listType, STRING } from '../check/types.js';
import type { Context } from '../run/context.js';
import { display } from '../run/convert.js';
import { isList, itemsOf, listSize } from '../run/json.js';
import { findAll } from '../run/regex.js';
import { CelError, stringSize, type Value } from '../run/values.js';
import { formatText } from './format-text.js';

/** Texts (cel-go's ext/strings.go, version 2) and regular expressions (apiserver/pkg/cel/library/regex.go). Positions are code points. */

const outOfRange = (index: Value): CelError => new CelError(`index out of range: ${index}`);
const texts = listType(STRING);

/** The code points of a text: the text itself where each is one unit. */
function points(text: string, context: Context): string | readonly string[] {
  context.work(text.length >> 4);
  return stringSize(text) === text.length ? text : [...text];
}

const slice = (text: string | readonly string[], start: number, end?: number): string =>
  typeof text === 'string' ? text.slice(start, end) : text.slice(start, end).join('');

const charAt: Implementation = ([text, index], context) => {
  const chars = points(text as string, context);
  const at = Number(index);
  return at < 0 || at > chars.length ? outOfRange(index) : (chars[at] ?? '');
};

const before = (text: string, unit: number): number => stringSize(text.slice(0, unit));
const unitOf = (chars: string | readonly string[], at: number): number => (typeof chars === 'string' ? at : slice(chars, 0, at).length);

const indexOf: Implementation = ([given, part, offset], context) => {
  const text = given as string;
  if (part === '') return offset ?? 0;
  const start = Number(offset ?? 0);
  if (start < 0) return outOfRange(offset);
  const chars = points(text, context);
  context.work((text.length + (part as string).length) >> 4);
  if (start >= chars.length) return -1;
  const found = text.indexOf(part as string, unitOf(chars, start));
  return found < 0 ? -1 : before(text, found);
};

const lastIndexOf: Implementation = ([given, part, offset], context) => {
  const text = given as string;
  const chars = points(text, context);
  if (part === '') return offset ?? chars.length;
  const start = Number(offset ?? chars.length - 1);
  context.work((text.length + (part as string).length) >> 4);
  if (offset !== undefined && start < 0) return outOfRange(offset);
  if (start >= chars.length || start < 0) return -1;
  const found = text.lastIndexOf(part as string, unitOf(chars, start));
  return found < 0 ? -1 : before(text, found);
};

const ascii =
  (pattern: RegExp, convert: (found: string) => string): Implementation =>
  ([text], context) => {
    context.work((text as string).length >> 4);
    return (text as string).replace(pattern, convert);
  };

const tooLong = new CelError('operation cancelled: actual cost limit exceeded');
const MAX_TEXT = 4 * 1024 * 1024;

/** Go's strings.Replace: at most `count` times unless that is negative; an empty text is found before each character and at the end. */
const replace: Implementation = ([given, old, by, count], context) => {
  const text = given as string;
  const limit = count === undefined || Number(count) < 0 ? Infinity : Number(count);
  context.work(text.length >> (old === '' ? 2 : 5));
  const parts = splitText(text, old as string, limit + 1, old === '');
  const grown = text.length + parts.length * (by as string).length;
  context.work(parts.length + (grown >> 4));
  return grown > MAX_TEXT ? tooLong : parts.join(by as string);
};

/** The parts between separators, at most `limit`; around each character if the separator is empty and `around` is set. */
function splitText(text: string, separator: string, limit: number, around = false): string[] {
  if (limit === 0) return [];
  if (separator === '') {
    const chars = [...text];
    const all = around ? ['', ...chars, ''] : chars;
    if (around && chars.length > 0) all.pop();
    if (around) all.push('');
    if (around && chars.length === 0) return limit > 1 ? ['', ''] : [''];
    return all.length <= limit ? all : [...all.slice(0, limit - 1), all.slice(limit - 1).join('')];
  }
  if (!Number.isFinite(limit)) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  while (parts.length < limit - 1) {
    const found = text.indexOf(separator, start);
    if (found < 0) break;
    parts.push(text.slice(start, found));
    start = found + separator.length;
  }
  parts.push(text.slice(start));
  return parts;
}

const split: Implementation = ([text, separator, count], context) => {
  const limit = count === undefined || Number(count) < 0 ? Infinity : Number(count);
  context.work((text as string).length >> (separator === '' ? 2 : 5));
  const parts = splitText(text as string, separator as string, limit);
  context.work(parts.length >> 2);
  return parts;
};

const substring: Implementation = ([text, start, end], context) => {
  const chars = points(text as string, context);
  if (end !== undefined && Number(start) > Number(end)) return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  if (Number(start) < 0 || Number(start) > chars.length) return outOfRange(start);
  if (end !== undefined && (Number(end) < 0 || Number(end) > chars.length)) return outOfRange(end);
  return slice(chars, Number(start), end === undefined ? undefined : Number(end));
};

/** Go's strings.TrimSpace. */
const trim: Implementation = ([given], context) => {
  const text = given as string;
  context.work(text.length >> 4);
  const isSpace = (char: string | undefined): boolean =>
    char !== undefined && /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(char);
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start])) start++;
  while (end > start && isSpace(text[end - 1])) end--;
  return text.slice(start, end);
};

const join: Implementation = ([list, separator], context) => {
  const items = isList(list) ? itemsOf(list) : [];
  let length = 0;
  for (const item of items) {
    if (typeof item !== 'string') return new CelError(`join: invalid input: ${display(item, context)}`);
    length += item.length;
  }
  const between = (separator as string | undefined) ?? '';
  length += items.length * between.length;
  context.work(listSize(items) + (length >> 4));
  return length > MAX_TEXT ? tooLong : items.join(between);
};

const QUOTED: Readonly<Record<string, string>> = {
  ...{ '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"' },
};

const quote: Implementation = ([text], context) => {
  context.work((text as string).length >> 3);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that have an escape of their own.
  return `"${(text as string).replace(/[\x07\b\f\n\r\t\v\\"]/g, (char) => QUOTED[char] ?? char)}"`;
};

const find: Implementation = ([text, pattern], context) => {
  const found = findAll(text as string, pattern as string, 1, context);
  return found instanceof CelError ? found : (found[0] ?? '');
};

const all: Implementation = ([text, pattern, count], context) =>
  findAll(text as string, pattern as string, count === undefined ? -1 : Number(count), context);

export const strings: Library = [
  fn('find', member('string_find_string', [STRING, STRING], STRING, find)),
  fn(
    'findAll',
    member('string_find_all_string', [STRING, STRING], texts, all),
    member('string_find_all_string_int', [STRING, STRING, INT], texts, all),
  ),
  fn('charAt', member('string_char_at_int', [STRING, INT], STRING, charAt)),
  fn(
    'indexOf',
    member('string_index_of_string', [STRING, STRING], INT, indexOf),
    member('string_index_of_string_int', [STRING, STRING, INT], INT, indexOf),
  ),
  fn(
    'lastIndexOf',
    member('string_last_index_of_string', [STRING, STRING], INT, lastIndexOf),
    member('string_last_index_of_string_int', [STRING, STRING, INT], INT, lastIndexOf),
  ),
  fn(
    'lowerAscii',
    member(
      'string_lower_ascii',
      [STRING],
      STRING,
      ascii(/[A-Z]+/g, (found) => found.toLowerCase()),
    ),
  ),
  fn(
    'upperAscii',
    member(
      'string_upper_ascii',
      [STRING],
      STRING,
      ascii(/[a-z]+/g, (found) => found.toUpperCase()),
    ),
  ),
  fn(
    'replace',
    member('string_replace_string_string', [STRING, STRING, STRING], STRING, replace),
    member('string_replace_string_string_int', [STRING, STRING, STRING, INT], STRING, replace),
  ),
  fn(
    'split',
    member('string_split_string', [STRING, STRING], texts, split),
    member('string_split_string_int', [STRING, STRING, INT], texts, split),
  ),
  fn(
    'substring',
    member('string_substring_int', [STRING, INT], STRING, substring),
    member('string_substring_int_int', [STRING, INT, INT], STRING, substring),
  ),
  fn('trim', member('string_trim', [STRING], STRING, trim)),
  fn(
    'format',
    member('string_format', [STRING, listType(DYN)], STRING, ([text, args], context) => formatText(text as string, args, context)),
  ),
  fn('strings.quote', overload('strings_quote', [STRING], STRING, quote)),
  fn('join', member('list_join', [texts], STRING, join), member('list_join_string', [texts, STRING], STRING, join)),
];
