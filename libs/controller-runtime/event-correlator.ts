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

/** An entry in the order of use. */
interface Entry<V> {
  readonly key: string;
  readonly value: V;
  newer: Entry<V> | undefined;
  older: Entry<V> | undefined;
}

/**
 * A map that evicts the least recently used entries. A key is set only right after it was not found.
 *
 * Not an LRUCache of lru-cache: with a maximum of entries it allocates for all of them beforehand (90 KB), and still takes 1.4 KB with
 * a maximum of sizes. Each component of each open cluster has a correlator, and most of them see few events.
 */
class RecentlyUsed<V> {
  private readonly entries = new Map<string, Entry<V>>();
  private newest: Entry<V> | undefined;
  private oldest: Entry<V> | undefined;

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry !== this.newest) {
      this.unlink(entry);
      this.link(entry);
    }
    return entry.value;
  }

  set(key: string, value: V): void {
    const entry: Entry<V> = { key, value, newer: undefined, older: undefined };
    this.entries.set(key, entry);
    this.link(entry);
    const { oldest } = this;
    if (this.entries.size <= CACHE_ENTRIES || oldest === undefined) return;
    this.entries.delete(oldest.key);
    this.unlink(oldest);
  }

  private link(entry: Entry<V>): void {
    entry.newer = undefined;
    entry.older = this.newest;
    if (this.newest === undefined) this.oldest = entry;
    else this.newest.newer = entry;
    this.newest = entry;
  }

  private unlink({ newer, older }: Entry<V>): void {
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
  }
}

/** A token bucket: `tokens` as of `at`. */
interface Bucket {
  tokens: number;
  at: Instant;
}

/** What was aggregated of a group: its different messages, the oldest first. */
interface Aggregate {
  readonly messages: string[];
  last: Instant;
}

/**
 * Keeps a source from flooding: repeated events are counted, similar ones aggregated, and more than 25 about one object are dropped
 * (client-go tools/record/events_cache.go EventCorrelator). Only decides; writes nothing.
 */
export class EventCorrelator<T> {
  private readonly aggregates = new RecentlyUsed<Aggregate>();
  private readonly observed = new RecentlyUsed<Observed<T>>();
  private readonly buckets = new RecentlyUsed<Bucket>();

  constructor(
    private readonly clock: Clock,
    private readonly newState: () => T,
    /** Off: events are only counted, as in tools/events (series), and neither aggregated nor dropped. */
    private readonly combine = true,
  ) {}

  correlate(event: EventIdentity): Correlated<T> {
    const source = `${event.subject}\n${event.type}`;
    const group = `${source}\n${event.reason}`;
    const combined = this.combine && this.isCombined(group, event.message);
    const key = combined ? group : `${group}\n${event.fieldPath}\n${event.message}`;
    const message = combined ? `(combined from similar events): ${event.message}` : event.message;
    let observed = this.observed.get(key);
    if (observed === undefined) {
      observed = { count: 0, state: this.newState() };
      this.observed.set(key, observed);
    }
    observed.count += 1;
    const { count, state } = observed;
    if (this.combine && !this.admits(source)) return { action: 'skip' };
    return count === 1 ? { action: 'create', message, state } : { action: 'count', message, count, state };
  }

  /** Whether the event is one of so many of its group that they become one. */
  private isCombined(group: string, message: string): boolean {
    const now = this.clock.now();
    const known = this.aggregates.get(group);
    if (known === undefined) {
      this.aggregates.set(group, { messages: [message], last: now });
      return false;
    }
    const { messages, last } = known;
    if (now - last > AGGREGATE_INTERVAL) messages.length = 0;
    if (!messages.includes(message)) messages.push(message);
    known.last = now;
    if (messages.length < AGGREGATE_AFTER) return false;
    // Upstream pops an arbitrary one; the first is deterministic.
    messages.shift();
    return true;
  }

  private admits(key: string): boolean {
    const now = this.clock.now();
    const known = this.buckets.get(key);
    if (known === undefined) {
      this.buckets.set(key, { tokens: SPAM_BURST - 1, at: now });
      return true;
    }
    const tokens = Math.min(SPAM_BURST, known.tokens + (now - known.at) / SPAM_REFILL);
    const admitted = tokens >= 1;
    known.tokens = admitted ? tokens - 1 : tokens;
    known.at = now;
    return admitted;
  }
}
