import type { Instant } from '#apimachinery';

/**
 * What is done every so often, at whole periods of the cluster's time: no process has to remember when it was done last. Keys that have
 * nothing to be done wait for nothing.
 */
export class Periodic {
  /** When keys that wait are due. */
  private readonly due = new Map<string, Instant>();

  /** The milliseconds that a key has to wait yet; 0: it is due now. */
  wait(key: string, now: Instant, period: number): number {
    const due = this.due.get(key) ?? nextPeriod(now, period);
    if (now < due) this.due.set(key, due);
    else this.due.delete(key);
    return Math.max(0, due - now);
  }

  /** A key has nothing to wait for any more. */
  forget(key: string): void {
    this.due.delete(key);
  }

  /** The period is another one. */
  clear(): void {
    this.due.clear();
  }
}

/** The beginning of the next period, or of the one that begins now. */
const nextPeriod = (now: Instant, period: number): Instant => (period > 0 ? Math.ceil(now / period) * period : now);
