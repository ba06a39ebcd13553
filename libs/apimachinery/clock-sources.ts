import type { Clock, Instant } from './clock.js';

/** The machine's own clock: for hosts, never for the domain. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that only moves when it is advanced: the same inputs give the same log. */
export class SteppedClock implements Clock {
  constructor(private current: Instant) {}

  now(): Instant {
    return this.current;
  }

  /** Advances the clock by the given milliseconds. */
  advance(milliseconds: number): void {
    this.set(this.current + milliseconds);
  }

  /** Sets the clock; it never goes back. */
  set(instant: Instant): void {
    if (instant > this.current) this.current = instant;
  }
}
