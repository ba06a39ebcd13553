import type { Wait } from '../shell/kernel.js';

/** Comparisons in one step. */
const PER_STEP = 2000;

/** Sorts in steps, so that long lists hold nothing up. Stable. */
export function* sorted<T>(items: readonly T[], compare: (a: T, b: T) => number): Generator<Wait, T[], void> {
  let from = [...items];
  let to = new Array<T>(from.length);
  let done = 0;
  for (let width = 1; width < from.length; width *= 2) {
    for (let low = 0; low < from.length; low += 2 * width) {
      const middle = Math.min(low + width, from.length);
      const high = Math.min(low + 2 * width, from.length);
      let left = low;
      let right = middle;
      for (let at = low; at < high; at++) {
        const takeLeft = left < middle && (right >= high || compare(from[left] as T, from[right] as T) <= 0);
        to[at] = from[takeLeft ? left++ : right++] as T;
        done += 1;
        if (done % PER_STEP === 0) yield undefined;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
