import type { Clock, Instant } from '#apimachinery';

/** Maximum entries of each of the correlator's caches (client-go tools/record/events_cache.go maxLruCacheEntries). */
const CACHE_ENTRIES = 4096;
/** From this many different messages on, events that differ only in their message are aggregated (defaultAggregateMaxEvents). */
const AGGREGATE_AFTER = 10;
const AGGREGATE_INTERVAL = 600_000;
/** Burst of events that a source may send about one object, and the rate at which it is refilled (defaultSpamBurst, defaultSpamQPS). */
const SPAM_BURST = 25;
const SPAM_REFILL = 300_000;

/** The fields by which events are compared. */
export interface EventIdentity {
  /** Source and involved object, without the field path. */
  subject: string;
  fieldPath: string;
  type: string;
  reason: string;
  message: string;
}

/** The result of aggregation, counting and the spam filter for an event. */
export type Correlated<T> =
  | { action: 'skip' }
  /** Write a new event; the result is to be stored in `state`. */
  | { action: 'create'; message: string; state: T }
  /** The same event was written before: only count, lastTimestamp and message change. */
  | { action: 'count'; message: string; count: number; state: T };

interface Observed<T> {
  count: number;
  state: T;
}

/** A map that evicts the least recently used entries. A key is set only right after it was got. */
class RecentlyUsed<V> {
  private readonly entries = new Map<string, V>();

  get(key: string): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, value);
    }
    return value;
  }

  set(key: string, value: V): void {
    // What was just got is the newest entry already.
    this.entries.set(key, value);
    if (this.entries.size <= CACHE_ENTRIES) return;
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest);
      return;
    }
  }
}

/** A token bucket: `tokens` as of `at`. */
interface Bucket {
  tokens: number;
  at: Instant;
}

function identityKey({ subject, fieldPath, type, reason, message }: EventIdentity): string {
  return [subject, type, reason, fieldPath, message].join('\n');
}

/**
 * Keeps a source from flooding: repeated events are counted, similar ones aggregated, and more than 25 about one object are dropped
 * (client-go tools/record/events_cache.go EventCorrelator). Only decides; writes nothing.
 */
export class EventCorrelator<T> {
  private readonly aggregates = new RecentlyUsed<{ messages: Set<string>; last: Instant }>();
  private readonly observed = new RecentlyUsed<Observed<T>>();
  private readonly buckets = new RecentlyUsed<Bucket>();

  constructor(
    private readonly clock: Clock,
    private readonly newState: () => T,
    /** Off: events are only counted, as in tools/events (series), and neither aggregated nor dropped. */
    private readonly combine = true,
  ) {}

  correlate(event: EventIdentity): Correlated<T> {
    const { key, message } = this.combine ? this.aggregate(event) : { key: identityKey(event), message: event.message };
    const before = this.observed.get(key);
    const observed = before ?? { count: 0, state: this.newState() };
    observed.count += 1;
    if (before === undefined) this.observed.set(key, observed);
    if (this.combine && !this.admits(`${event.subject}\n${event.type}`)) return { action: 'skip' };
    if (observed.count === 1) return { action: 'create', message, state: observed.state };
    return { action: 'count', message, count: observed.count, state: observed.state };
  }

  private aggregate(event: EventIdentity): { key: string; message: string } {
    const now = this.clock.now();
    const group = `${event.subject}\n${event.type}\n${event.reason}`;
    let aggregate = this.aggregates.get(group);
    if (aggregate === undefined || now - aggregate.last > AGGREGATE_INTERVAL) {
      aggregate = { messages: new Set(), last: now };
      this.aggregates.set(group, aggregate);
    }
    aggregate.messages.add(event.message);
    aggregate.last = now;
    if (aggregate.messages.size < AGGREGATE_AFTER) return { key: identityKey(event), message: event.message };
    // Upstream pops an arbitrary one; the first is deterministic.
    for (const first of aggregate.messages) {
      aggregate.messages.delete(first);
      break;
    }
    return { key: group, message: `(combined from similar events): ${event.message}` };
  }

  private admits(key: string): boolean {
    const now = this.clock.now();
    const known = this.buckets.get(key);
    const bucket = known ?? { tokens: SPAM_BURST, at: now };
    if (known === undefined) this.buckets.set(key, bucket);
    const tokens = Math.min(SPAM_BURST, bucket.tokens + (now - bucket.at) / SPAM_REFILL);
    const admitted = tokens >= 1;
    bucket.tokens = admitted ? tokens - 1 : tokens;
    bucket.at = now;
    return admitted;
  }
}
