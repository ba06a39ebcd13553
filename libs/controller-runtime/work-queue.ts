import type { Clock, Instant } from '#apimachinery';
import { TimerHeap } from './timer-heap.js';

/** First delay after a failure in milliseconds; doubled with each one in a row (client-go DefaultTypedControllerRateLimiter). */
const BASE_DELAY = 5;
/** The longest delay after failures, in milliseconds. */
const MAX_DELAY = 1_000_000;

/** A key handed out to be reconciled. */
export interface WorkItem {
  key: string;
  /** The earliest revision that woke the key since it was last handed out. */
  wokenBy?: number;
}

/** The delay after the nth failure in a row, n from 1 (client-go ItemExponentialFailureRateLimiter). */
export function backoffDelay(failures: number): number {
  return Math.min(BASE_DELAY * 2 ** (failures - 1), MAX_DELAY);
}

/**
 * The keys a controller has to look at: first in, first out, each once; a key that is woken while it is being worked on comes
 * again afterwards, never in parallel (client-go util/workqueue). Delays are timers on the cluster's clock, as data.
 */
export class WorkQueue {
  /** Waiting keys in order, with what woke them. */
  private readonly waiting = new Map<string, number | undefined>();
  /** Keys being worked on → woken again meanwhile (and by what). */
  private readonly active = new Map<string, { again: boolean; wokenBy?: number }>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new TimerHeap<string>();
  /** What woke a key whose timer runs, so that the chain of causes goes on. */
  private readonly timerCauses = new Map<string, number>();
  private listener: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  /** Called whenever a key comes into the empty queue. */
  onWork(listener: () => void): void {
    this.listener = listener;
  }

  /** Queues a key, unless it waits already. */
  add(key: string, wokenBy?: number): void {
    const active = this.active.get(key);
    if (active !== undefined) {
      active.again = true;
      active.wokenBy = earliest(active.wokenBy, wokenBy);
      return;
    }
    this.waiting.set(key, earliest(this.waiting.get(key), wokenBy));
    if (this.waiting.size === 1) this.listener?.();
  }

  /** Queues a key in `delay` milliseconds of cluster time. */
  addAfter(key: string, delay: number, wokenBy?: number): void {
    if (delay <= 0) {
      this.add(key, wokenBy);
      return;
    }
    this.timers.set(key, this.clock.now() + delay);
    const cause = earliest(this.timerCauses.get(key), wokenBy);
    if (cause !== undefined) this.timerCauses.set(key, cause);
  }

  /** Queues a key after its back-off, which doubles each time. Returns the failures in a row. */
  addRateLimited(key: string, wokenBy?: number): number {
    const failures = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failures);
    this.addAfter(key, backoffDelay(failures), wokenBy);
    return failures;
  }

  /** Ends a key's back-off: it succeeded. */
  forget(key: string): void {
    this.failures.delete(key);
  }

  /** Hands out the next key, which stays the caller's until done(). Its timer is cleared: this is the look it asked for. */
  take(): WorkItem | undefined {
    this.promoteDue();
    for (const [key, wokenBy] of this.waiting) {
      this.waiting.delete(key);
      this.active.set(key, { again: false });
      this.timers.clear(key);
      const cause = wokenBy ?? this.timerCauses.get(key);
      this.timerCauses.delete(key);
      return { key, wokenBy: cause };
    }
    return undefined;
  }

  /** Gives a key back. */
  done(key: string): void {
    const active = this.active.get(key);
    this.active.delete(key);
    if (active?.again) this.add(key, active.wokenBy);
  }

  /** Whether a key waits or a timer is due. */
  get ready(): boolean {
    if (this.waiting.size > 0) return true;
    const next = this.timers.nextAt();
    return next !== undefined && next <= this.clock.now();
  }

  /** When the soonest timer is due. */
  nextAt(): Instant | undefined {
    return this.timers.nextAt();
  }

  private promoteDue(): void {
    const now = this.clock.now();
    for (let due = this.timers.takeDue(now); due !== undefined; due = this.timers.takeDue(now)) {
      const cause = this.timerCauses.get(due.value);
      this.timerCauses.delete(due.value);
      this.add(due.value, cause);
    }
  }
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  // 0 stands for what was there before: it woke nobody, so it must not hide what did.
  if (!a) return b || undefined;
  return b ? Math.min(a, b) : a;
}
