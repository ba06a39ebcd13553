import type { Instant } from '#apimachinery';

const INITIAL = 1000;
const MAX = 15 * 60_000;
/** A key that has not been seen for this long starts anew (client-go flowcontrol hasExpired). */
const FORGOTTEN_AFTER = 2 * MAX;
/** From how many keys on forgotten ones are removed. */
const CROWDED = 1000;

/** How long failed pods are left on their nodes before they are replaced: 1 s, doubled up to 15 min (client-go flowcontrol Backoff). */
export class FailedPods {
  private readonly entries = new Map<string, { delay: number; since: Instant }>();
  private crowded = CROWDED;

  /** Milliseconds to wait until the next failed pod of this key is deleted; 0 if it may be now, which starts the next delay. */
  next(key: string, now: Instant): number {
    const entry = this.entries.get(key);
    const known = entry !== undefined && now - entry.since <= FORGOTTEN_AFTER ? entry : undefined;
    if (known !== undefined && now - known.since < known.delay) return known.delay - (now - known.since);
    this.entries.set(key, { delay: known === undefined ? INITIAL : Math.min(known.delay * 2, MAX), since: now });
    if (this.entries.size > this.crowded) this.forget(now);
    return 0;
  }

  private forget(now: Instant): void {
    for (const [key, { since }] of this.entries) if (now - since > FORGOTTEN_AFTER) this.entries.delete(key);
    this.crowded = Math.max(CROWDED, 2 * this.entries.size);
  }
}
