import { atoi, goQuote } from '#apimachinery';

/**
 * Index lists of Jobs: `1,3-5,7` (batch validation.go validateIndexesFormat). A string is returned in place of a result if the list is
 * invalid.
 */

interface Interval {
  first: number;
  last: number;
}

function parseIndex(text: string, completions: number): number | string {
  const index = atoi(text);
  if (index === undefined) return `cannot convert string to integer for index: ${goQuote(text)}`;
  return index >= completions ? `too large index: ${goQuote(text)}` : index;
}

function parseInterval(text: string, completions: number): Interval | string {
  const parts = text.split('-');
  if (parts.length > 2) {
    return `the fragment ${goQuote(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const first = parseIndex(parts[0] ?? '', completions);
  if (typeof first === 'string') return first;
  const last = parts[1] === undefined ? first : parseIndex(parts[1], completions);
  if (typeof last === 'string') return last;
  if (parts.length === 2 && first >= last) return `non-increasing order, previous: ${first}, current: ${last}`;
  return { first, last };
}

/** The number of indexes in a list, or the error. */
export function countIndexes(list: string, completions: number): number | string {
  if (list === '') return 0;
  let total = 0;
  let previous: number | undefined;
  for (const text of list.split(',')) {
    const interval = parseInterval(text, completions);
    if (typeof interval === 'string') return interval;
    if (previous !== undefined && previous >= interval.first) {
      return `non-increasing order, previous: ${previous}, current: ${interval.first}`;
    }
    total += interval.last - interval.first + 1;
    previous = interval.last;
  }
  return total;
}

/** The first index that two lists have in common; undefined if there is none. Invalid intervals are ignored. */
export function sharedIndex(a: string, b: string, completions: number): number | undefined {
  const intervals = (list: string) =>
    list === ''
      ? []
      : list
          .split(',')
          .map((text) => parseInterval(text, completions))
          .filter((interval) => typeof interval !== 'string');
  const others = intervals(b);
  for (const one of intervals(a)) {
    const other = others.find(({ first, last }) => one.first <= last && first <= one.last);
    if (other) return Math.max(one.first, other.first);
  }
  return undefined;
}
