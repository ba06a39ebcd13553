import type { Bus, Unsubscribe } from '#cacher/bus';
import { type Revision, type Storage, StorageUnavailable } from '#storage';
import { loadedObjects } from './alike-objects.js';
import { commitChannel, decodeCommit } from './bus-message.js';
import type { StoreLimits } from './limits.js';
import { WatchCache } from './watch-cache.js';

interface Surroundings {
  storage: Storage;
  bus?: Bus;
  limits: StoreLimits;
  /** Called when messages may have been lost. */
  onGap(): void;
}

/** The watch cache of a cluster: loaded on demand, updated from the bus and dropped when it ends. */
export class KeptWatchCache {
  #watchCache: WatchCache | undefined;
  #loading: Promise<WatchCache> | undefined;
  #unsubscribe: Unsubscribe | undefined;
  /** The newest announced revision. */
  #announced: Revision = 0;
  #closed = false;

  constructor(private readonly around: Surroundings) {}

  /** Unset while nothing is loaded. */
  get live(): WatchCache | undefined {
    return this.#watchCache?.ended === undefined ? this.#watchCache : undefined;
  }

  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  /** The newest revision that this process knows of. */
  get known(): Revision {
    return Math.max(this.#announced, this.#watchCache?.applied ?? 0);
  }

  /** Reports a committed revision that a watch cache which is being loaded may have missed. */
  announce(revision: Revision): void {
    this.#announced = Math.max(this.#announced, revision);
  }

  load(): Promise<WatchCache> {
    this.#loading ??= this.#make().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #make(): Promise<WatchCache> {
    this.end();
    const { storage, bus, limits, onGap } = this.around;
    // Subscribes before listing, so that no commit is missed in between.
    const unsubscribe = await bus?.subscribe(commitChannel(storage.cluster), (message) => this.#heard(message), onGap);
    try {
      const { items, revision } = await storage.list({ prefix: '/' });
      if (this.#closed) throw new StorageUnavailable(`the store of cluster ${storage.cluster} was closed`);
      this.#unsubscribe = unsubscribe;
      const watchCache = new WatchCache(storage, limits, { revision, objects: loadedObjects(items) });
      this.#watchCache = watchCache;
      if (this.#announced > revision) this.#catchUp(watchCache);
      return watchCache;
    } catch (error) {
      unsubscribe?.();
      throw error;
    }
  }

  #heard(message: string): void {
    const { last, entries } = decodeCommit(message);
    const watchCache = this.live;
    // A process receives its own commits too: those already applied are not read again.
    const isNews = watchCache === undefined || last > watchCache.applied;
    const told = isNews ? entries?.() : undefined;
    this.announce(last);
    if (watchCache === undefined || !isNews) return;
    if (told === undefined || !watchCache.apply(told)) this.#catchUp(watchCache);
  }

  /**
   * Catches up with the store, since a message only says that there may be more. In the background: an error here will occur again in the
   * next read or tick.
   */
  #catchUp(watchCache: WatchCache): void {
    watchCache.fill().catch(() => undefined);
  }

  /** Ends the watch cache and its watchers, with the given error if there is one. It may be loaded again. */
  end(error?: Error): void {
    this.#watchCache?.end(error);
    this.#watchCache = undefined;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** Ends it permanently. */
  close(): void {
    this.#closed = true;
    this.end();
  }
}
