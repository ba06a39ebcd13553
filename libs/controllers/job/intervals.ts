/** Indexes from the first to the last one, both included. */
interface Interval {
  first: number;
  last: number;
}

/** Disjoint intervals in order, as `.status.completedIndexes` has them (indexed_job_utils.go orderedIntervals). */
export type Intervals = readonly Interval[];

/** The union of two lists of intervals. */
export function mergeIntervals(left: Intervals, right: Intervals): Intervals {
  const merged: Interval[] = [];
  const add = ({ first, last }: Interval): void => {
    const before = merged.at(-1);
    if (before === undefined || first > before.last + 1) merged.push({ first, last });
    else if (before.last < last) before.last = last;
  };
  let i = 0;
  let j = 0;
  for (;;) {
    const [a, b] = [left[i], right[j]];
    if (a === undefined && b === undefined) return merged;
    if (b === undefined || (a !== undefined && a.first < b.first)) {
      if (a !== undefined) add(a);
      i += 1;
    } else {
      add(b);
      j += 1;
    }
  }
}

/** The intervals with more indexes. */
export function withIndexes(intervals: Intervals, indexes: Iterable<number>): Intervals {
  const added = [...indexes].sort((a, b) => a - b).map((index) => ({ first: index, last: index }));
  return mergeIntervals(intervals, added);
}

/** The number of indexes. */
export function countIndexes(intervals: Intervals): number {
  return intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** Whether an index is among them. */
export function hasIndex(intervals: Intervals, index: number): boolean {
  let low = 0;
  let high = intervals.length;
  while (high > low) {
    const middle = low + Math.floor((high - low) / 2);
    if ((intervals[middle]?.last ?? 0) >= index) high = middle;
    else low = middle + 1;
  }
  const found = intervals[high];
  return found !== undefined && found.first <= index;
}

/** `0,2-5,7,8`: two neighbours are separated by a comma, more by a dash. */
export function formatIntervals(intervals: Intervals): string {
  return intervals.map(({ first, last }) => (last === first ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`)).join(',');
}

/** Reads intervals as far as they are below `completions`; what cannot be read is left out (parseIndexesFromString). */
export function parseIntervals(text: string, completions: number): Intervals {
  const intervals: Interval[] = [];
  if (text === '') return intervals;
  for (const part of text.split(',')) {
    const [from = '', to] = part.split('-');
    if (!isIndex(from)) continue;
    const first = Number(from);
    if (first >= completions) break;
    if (to !== undefined && !isIndex(to)) continue;
    const last = to === undefined ? first : Math.min(Number(to), completions - 1);
    const before = intervals.at(-1);
    if (before !== undefined && before.last === first - 1) before.last = last;
    else intervals.push({ first, last });
  }
  return intervals;
}

const isIndex = (text: string): boolean => /^\d{1,10}$/.test(text);

/** How many indexes are in both. */
export function countCommon(left: Intervals, right: Intervals): number {
  let common = 0;
  let i = 0;
  let j = 0;
  for (;;) {
    const [a, b] = [left[i], right[j]];
    if (a === undefined || b === undefined) return common;
    common += Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1);
    if (a.last <= b.last) i += 1;
    if (b.last <= a.last) j += 1;
  }
}

/** The first `count` indexes below `completions` that are not among the intervals (firstPendingIndexes). */
export function firstMissing(intervals: Intervals, count: number, completions: number): number[] {
  const missing: number[] = [];
  let candidate = 0;
  for (const { first, last } of intervals) {
    for (; candidate < first && candidate < completions && missing.length < count; candidate++) missing.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  for (; candidate < completions && missing.length < count; candidate++) missing.push(candidate);
  return missing;
}
