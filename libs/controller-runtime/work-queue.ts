import type { Clock, Instant } from '#apimachinery';
import type { QueueCounter } from './queue-metrics.js';
import { TimerHeap } from './timer-heap.js';

/** Initial back-off in milliseconds; doubled for each consecutive failure (client-go DefaultTypedControllerRateLimiter). */
const BASE_DELAY = 5;
/** Maximum back-off in milliseconds. */
const MAX_DELAY = 1_000_000;

/** A key to be reconciled. */
export interface WorkItem {
  key: string;
  /** The earliest revision that queued the key since it was last handed out. */
  wokenBy?: number;
}

/** The back-off after the nth consecutive failure, from 1 (client-go ItemExponentialFailureRateLimiter). */
export function backoffDelay(failures: number): number {
  return Math.min(BASE_DELAY * 2 ** (failures - 1), MAX_DELAY);
}

/**
 * The keys that a controller has to reconcile: first in, first out, without duplicates. A key that is added while it is being processed is
 * queued again afterwards, never processed concurrently (client-go util/workqueue). Delays are timers on the cluster's clock, as data.
 */
export class WorkQueue {
  // Made when they are first needed, and the first two let go when there is nothing in them: an idle cluster has many queues.
  /** Queued keys in order, with the revision that queued them. */
  private waiting: Map<string, number | undefined> | undefined;
  /** Keys in process → added again in the meantime (with the revision). */
  private active: Map<string, { again: boolean; wokenBy?: number; since: Instant }> | undefined;
  private failures: Map<string, number> | undefined;
  private timers: TimerHeap<string> | undefined;
  /** The revision that caused a key's timer, so that the chain of causes continues. */
  private timerCauses: Map<string, number> | undefined;
  private listener: (() => void) | undefined;

  /** `counter`: what is counted of it; unset where nobody asks. */
  constructor(
    private readonly clock: Clock,
    private readonly counter?: QueueCounter,
  ) {}

  /** Called whenever a key is added to the empty queue. */
  onWork(listener: () => void): void {
    this.listener = listener;
  }

  /** Adds a key, unless it is queued already. */
  add(key: string, wokenBy?: number): void {
    const active = this.active?.get(key);
    if (active !== undefined) {
      if (!active.again) this.countAdd();
      active.again = true;
      active.wokenBy = earliest(active.wokenBy, wokenBy);
      return;
    }
    this.enqueue(key, wokenBy, true);
  }

  private enqueue(key: string, wokenBy: number | undefined, isNew: boolean): void {
    this.waiting ??= new Map();
    const { size } = this.waiting;
    this.waiting.set(key, earliest(this.waiting.get(key), wokenBy));
    if (this.waiting.size > size && this.counter !== undefined) {
      if (isNew) this.countAdd();
      this.counter.counts.queued(key, this.clock.now());
    }
    if (this.waiting.size === 1) this.listener?.();
  }

  private countAdd(): void {
    const counts = this.counter?.counts;
    if (counts !== undefined) counts.adds += 1;
  }

  /** Adds a key after `delay` milliseconds of cluster time. */
  addAfter(key: string, delay: number, wokenBy?: number): void {
    const counts = this.counter?.counts;
    if (counts !== undefined) counts.retries += 1;
    if (delay <= 0) {
      this.add(key, wokenBy);
      return;
    }
    this.timers ??= new TimerHeap();
    this.timers.set(key, this.clock.now() + delay);
    const cause = earliest(this.timerCauses?.get(key), wokenBy);
    if (cause === undefined) return;
    this.timerCauses ??= new Map();
    this.timerCauses.set(key, cause);
  }

  /** Adds a key after its back-off, which doubles each time. Returns the number of consecutive failures. */
  addRateLimited(key: string, wokenBy?: number): number {
    this.failures ??= new Map();
    const failures = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failures);
    this.addAfter(key, backoffDelay(failures), wokenBy);
    return failures;
  }

  /** Resets a key's back-off after a success. */
  forget(key: string): void {
    this.failures?.delete(key);
  }

  /** Hands out the next key, which belongs to the caller until done(). Its timer is cleared, as this run satisfies it. */
  take(): WorkItem | undefined {
    this.promoteDue();
    for (const [key, wokenBy] of this.waiting ?? []) {
      this.waiting?.delete(key);
      this.active ??= new Map();
      const since = this.counter === undefined ? 0 : this.clock.now();
      this.active.set(key, { again: false, since });
      this.counter?.counts.taken(key, since);
      this.timers?.clear(key);
      const cause = wokenBy ?? this.timerCauses?.get(key);
      this.timerCauses?.delete(key);
      return { key, wokenBy: cause };
    }
    return undefined;
  }

  /** Returns a key. */
  done(key: string): void {
    const active = this.active?.get(key);
    this.active?.delete(key);
    if (active !== undefined) this.counter?.counts.done(active.since, this.clock.now());
    if (active?.again) this.enqueue(key, active.wokenBy, false);
    else if (this.active?.size === 0 && this.waiting?.size === 0) {
      this.active = undefined;
      this.waiting = undefined;
    }
  }

  /** Whether a key is queued or a timer is due. */
  get ready(): boolean {
    if (this.waiting !== undefined && this.waiting.size > 0) return true;
    const next = this.nextAt();
    return next !== undefined && next <= this.clock.now();
  }

  /** The instant of the next timer. */
  nextAt(): Instant | undefined {
    return this.timers?.nextAt();
  }

  private promoteDue(): void {
    const { timers } = this;
    if (timers === undefined) return;
    const now = this.clock.now();
    for (let due = timers.takeDue(now); due !== undefined; due = timers.takeDue(now)) {
      const cause = this.timerCauses?.get(due.value);
      this.timerCauses?.delete(due.value);
      this.add(due.value, cause);
    }
  }
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  // 0 stands for objects that existed before: it woke nobody and must not replace a real cause.
  if (!a) return b || undefined;
  return b ? Math.min(a, b) : a;
}
