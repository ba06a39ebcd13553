import type { KubeObject } from '#apimachinery';
import { type LogEntry, mayGoOn, type Revision, type Storage, StorageUnavailable } from '#storage';
import { cacheEvent, forgetParsed, forgetUnread } from './cached-object.js';
import type { CachedObject, CacheEvent } from './cacher.js';
import { EventWindow } from './event-window.js';
import type { StoreLimits } from './limits.js';
import { ObjectIndex } from './object-index.js';
import { SharedCall } from './shared-call.js';
import { Watchers } from './watchers.js';

/** A cluster's state in this process: its objects at revision `applied`, the events that led there, and the watchers. */
export class WatchCache {
  readonly index: ObjectIndex;
  readonly window: EventWindow;
  readonly watchers = new Watchers();
  #applied: Revision;
  readonly #filling = new SharedCall(() => this.#fill());
  #ended: Error | undefined;

  constructor(
    private readonly storage: Storage,
    private readonly limits: StoreLimits,
    from: { revision: Revision; objects: Iterable<CachedObject> },
  ) {
    this.#applied = from.revision;
    this.index = new ObjectIndex(from.objects);
    this.window = new EventWindow(from.revision, limits);
  }

  /** Every change up to this revision has been applied, and none after it. */
  get applied(): Revision {
    return this.#applied;
  }

  /** Why it is no longer updated. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  get bytes(): number {
    return this.index.held + this.window.bytes;
  }

  /**
   * Applies consecutive entries. Those that this process wrote come with their objects, where they are known (`parsed`, in the same order). Those already applied are skipped; if there is a
   * gap before the first, nothing is done. Returns whether all of them are applied now.
   */
  apply(entries: readonly LogEntry[], parsed?: ReadonlyArray<KubeObject | undefined>): boolean {
    if (this.#ended !== undefined) return false;
    const before = this.#applied;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as LogEntry;
      if (entry.revision <= this.#applied) continue;
      if (entry.revision !== this.#applied + 1) return false;
      this.#take(entry, parsed?.[i], parsed !== undefined);
    }
    if (this.#applied > before) this.watchers.progress(this.#applied);
    return true;
  }

  #take(entry: LogEntry, parsed: KubeObject | undefined, own: boolean): void {
    const event: CacheEvent = cacheEvent(entry, this.index.get(entry.key), parsed);
    if (entry.type === 'put') this.index.put(event.current);
    else this.index.delete(entry.key);
    this.#applied = entry.revision;
    this.window.add(event);
    this.watchers.event(event);
    if (event.previous !== undefined) forgetParsed(event.previous);
    // What this process wrote is shown to the host as well, which calls forgetUnread().
    if (event.type === 'delete' && !own) forgetParsed(event.current);
  }

  /** Drops the parsed objects of this process' entries that nobody will read: deleted ones, and those that nobody has read yet. */
  forgetUnread(entries: readonly LogEntry[]): void {
    for (const { revision } of entries) {
      const event = this.window.at(revision);
      if (event?.type === 'put') forgetUnread(event.current);
      else if (event) forgetParsed(event.current);
    }
  }

  /** Resolves when everything up to a committed revision has been applied; reads the log if it was not announced. */
  async reach(revision: Revision): Promise<void> {
    while (this.#applied < revision) {
      if (this.#ended !== undefined) throw this.#ended;
      await this.fill();
    }
  }

  /** Reads the log to its current end: a read that is already in progress may miss it, so another one follows. */
  fill(): Promise<void> {
    return this.#filling.run();
  }

  async #fill(): Promise<void> {
    try {
      const options = { limit: this.limits.logPage, bytes: this.limits.logPageBytes };
      let page: LogEntry[];
      do {
        page = await this.storage.log({ after: this.#applied, ...options });
        this.apply(page);
      } while (mayGoOn(page, options) && this.#ended === undefined);
    } catch (error) {
      // An unreachable store will be reachable again; a log compacted past this position, or a deleted cluster, is final.
      if (!(error instanceof StorageUnavailable)) this.end(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  /** Ends the watchers, with the given error if there is one; nothing is applied any more. */
  end(error?: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error ?? new StorageUnavailable('the cache was closed');
    this.watchers.end(error);
  }
}
