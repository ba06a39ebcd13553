import { mayGoOn, type Revision, type Storage } from '#storage';
import { cacheEvent } from './cached-object.js';
import type { CacheSink } from './cacher.js';
import type { StoreLimits } from './limits.js';
import type { WatchCache } from './watch-cache.js';

interface Following {
  storage: Storage;
  watchCache: WatchCache;
  limits: StoreLimits;
  prefix: string;
  /** Not greater than the watch cache's applied revision. */
  after: Revision;
  sink: CacheSink;
}

/** A watcher that starts at a past revision: it reads the log and then joins the live stream without a gap or duplicates. */
class Follower {
  #cursor: Revision;
  #stopped = false;
  #leave: (() => void) | undefined;

  constructor(private readonly of: Following) {
    this.#cursor = of.after;
  }

  stop(): void {
    this.#stopped = true;
    this.#leave?.();
  }

  /** Joins the live stream if the window reaches back to the cursor. Synchronous, so that no event can come in between. */
  join(): boolean {
    const { watchCache, prefix, sink } = this.of;
    if (watchCache.ended !== undefined) throw watchCache.ended;
    if (this.#cursor < watchCache.window.after) return false;
    for (const event of watchCache.window.since(this.#cursor)) {
      if (event.current.key.startsWith(prefix)) sink.event(event);
    }
    sink.progress?.(watchCache.applied);
    if (!this.#stopped) this.#leave = watchCache.watchers.add(prefix, sink);
    return true;
  }

  /** Delivers one page of the log. */
  async step(): Promise<void> {
    const { storage, watchCache, prefix, sink, limits } = this.of;
    // Read before the log, so a page that is not full contains everything up to this revision.
    const reached = watchCache.applied;
    const options = { limit: limits.logPage, bytes: limits.logPageBytes };
    const page = await storage.log({ after: this.#cursor, ...options, prefix, previous: true });
    if (this.#stopped) return;
    for (const entry of page) sink.event(cacheEvent(entry));
    const last = page[page.length - 1]?.revision ?? this.#cursor;
    this.#cursor = mayGoOn(page, options) ? last : Math.max(reached, last);
    sink.progress?.(this.#cursor);
    // The log may have been ahead of the live stream, which must not deliver these events again.
    await watchCache.reach(this.#cursor);
  }

  async run(): Promise<void> {
    try {
      while (!this.#stopped && !this.join()) await this.step();
    } catch (error) {
      if (!this.#stopped) this.of.sink.end(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/**
 * Follows from a revision. Resolves after the first page of the log (so Compacted is thrown here); the remaining pages follow. Returns a
 * function that stops it.
 */
export async function follow(of: Following): Promise<() => void> {
  const follower = new Follower(of);
  if (!follower.join()) {
    await follower.step();
    if (!follower.join()) void follower.run();
  }
  return () => follower.stop();
}
