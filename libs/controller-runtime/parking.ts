import type { Instant } from '#apimachinery';

/** Consecutive holders that a turn may lose before it is parked. */
const MOST_LOST = 2;
/** How long it is parked (ms); doubled for each further lost holder. */
const FIRST_PARK = 10_000;
const LONGEST_PARK = 600_000;

/** How long a turn with this many lost holders is parked. */
export function parkFor(lost = 0): number {
  return Math.min(FIRST_PARK * 2 ** Math.max(0, lost - MOST_LOST), LONGEST_PARK);
}

/** Whether a turn that was just begun must be parked: its previous holder did not end it, and the limit of lost holders is reached. */
export function isPoisonous({ lost = 0, overtook = false }: { lost?: number; overtook?: boolean }): boolean {
  return overtook && lost >= MOST_LOST;
}

/**
 * The state to store for a turn whose holder is alive: the count is reset, unless the turn failed (then it is unchanged) or blocked the
 * process for longer than a lock lasts, which counts as a lost holder.
 */
export function afterTurn(
  { lost = 0 }: { lost?: number },
  { now, failed, stalled }: { now: Instant; failed: boolean; stalled: boolean },
): { lost?: number; parkedUntil?: Instant } {
  if (!stalled) return { lost: failed ? lost : 0 };
  const more = lost + 1;
  return more >= MOST_LOST ? { lost: more, parkedUntil: now + parkFor(more) } : { lost: more };
}
