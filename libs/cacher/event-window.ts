import type { Revision } from '#storage';
import type { CacheEvent } from './cacher.js';
import type { StoreLimits } from './limits.js';

/** The latest events of a cluster, without a gap, within the limits. */
export class EventWindow {
  #events: CacheEvent[] = [];
  /** Index of the oldest event that is kept: older ones are removed from the array in batches. */
  #head = 0;
  #bytes = 0;
  #after: Revision;

  constructor(
    revision: Revision,
    private readonly limits: StoreLimits,
  ) {
    this.#after = revision;
  }

  /** All events after this revision are available. */
  get after(): Revision {
    return this.#after;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(event: CacheEvent): void {
    this.#events.push(event);
    this.#bytes += event.current.bytes;
    while (this.#events.length - this.#head > this.limits.windowEvents || this.#bytes > this.limits.windowBytes) this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#events[this.#head];
    if (oldest === undefined) return;
    this.#head++;
    this.#bytes -= oldest.current.bytes;
    this.#after = oldest.revision;
    if (this.#head < 1_024 && this.#head < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }

  /** The event of a revision, if it is still kept. */
  at(revision: Revision): CacheEvent | undefined {
    return revision > this.#after ? this.#events[this.#head + revision - this.#after - 1] : undefined;
  }

  /** The events after a revision in order; `after` must not be older than the window. */
  since(revision: Revision): CacheEvent[] {
    return this.#events.slice(this.#head + revision - this.#after);
  }
}
