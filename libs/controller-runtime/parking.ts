import type { Instant } from '#apimachinery';

/** Holders in a row that a turn may lose before it is parked. */
const MOST_LOST = 2;
/** How long it is parked then (ms); doubled with each holder more that it loses. */
const FIRST_PARK = 10_000;
const LONGEST_PARK = 600_000;

/** How long a turn is parked that has lost so many holders in a row. */
export function parkFor(lost = 0): number {
  return Math.min(FIRST_PARK * 2 ** Math.max(0, lost - MOST_LOST), LONGEST_PARK);
}

/** Whether a turn that was just begun is to be parked instead: once more its last holder did not end it, and that was one too many. */
export function isPoisonous({ lost = 0, overtook = false }: { lost?: number; overtook?: boolean }): boolean {
  return overtook && lost >= MOST_LOST;
}

/**
 * What is kept of a turn whose holder is alive: all is well again, unless it failed (then nothing is known) or blocked its process for
 * longer than a turn is held, which is as good as losing it.
 */
export function afterTurn(
  { lost = 0 }: { lost?: number },
  { now, failed, stalled }: { now: Instant; failed: boolean; stalled: boolean },
): { lost?: number; parkedUntil?: Instant } {
  if (!stalled) return { lost: failed ? lost : 0 };
  const more = lost + 1;
  return more >= MOST_LOST ? { lost: more, parkedUntil: now + parkFor(more) } : { lost: more };
}
