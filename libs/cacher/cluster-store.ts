import type { KubeObject } from '#apimachinery';
import type { Bus } from '#cacher/bus';
import {
  Compacted,
  checkOps,
  checkPrefix,
  FutureRevision,
  type LogEntry,
  type Revision,
  type Storage,
  StorageUnavailable,
  type TransactionOptions,
  UnknownCluster,
  type WriteResult,
} from '#storage';
import { commitChannel, encodeCommit } from './bus-message.js';
import { cachedObject, cacheEvent } from './cached-object.js';
import type { CachedObject, CacheSink, CachingWriteOp, ClusterStore, CommitListener } from './cacher.js';
import { listFromStorage } from './cold-read.js';
import { filtered } from './filtered.js';
import { follow } from './follow.js';
import { KeptWatchCache } from './kept-watch-cache.js';
import { DEFAULT_STORE_LIMITS, type StoreLimits } from './limits.js';
import { SharedCall, SharedGet } from './shared-call.js';
import type { WatchCache } from './watch-cache.js';
import { WriteQueue } from './write-queue.js';

export interface ClusterStoreOptions {
  storage: Storage;
  /** Tells other processes of commits, and of theirs; unset if there are none. */
  bus?: Bus;
  /** Events have `previous` only while the cluster's objects are in memory. Must not throw. */
  onCommit?: CommitListener;
  limits?: StoreLimits;
}

/** A cluster's store, with the methods that its host calls. */
export interface HostedClusterStore extends ClusterStore {
  /**
   * To be called every few seconds with the newest revision (unset: the cluster no longer exists): finds commits of other processes that
   * were not announced. Throws the store's errors.
   */
  tick(newest: Revision | undefined): Promise<void>;
  /** Drops what is in memory, unless there are writes in progress or watchers; `watched`: ends the watches too, without an error. */
  drop(options?: { watched?: boolean }): void;
  /** The objects were restored to an earlier state: drops what is in memory, and ends the watches as expired. */
  restored(): void;
  /** The estimated bytes in memory; 0 while nothing is loaded. */
  readonly bytes: number;
  /** Whether there are watchers or writes in progress. */
  readonly busy: boolean;
}

type ListQuery = Parameters<ClusterStore['list']>[0];
type ListAnswer = Awaited<ReturnType<ClusterStore['list']>>;

class CachingClusterStore implements HostedClusterStore {
  readonly cluster: string;
  readonly #storage: Storage;
  readonly #bus: Bus | undefined;
  readonly #onCommit: CommitListener | undefined;
  readonly #limits: StoreLimits;
  readonly #writes: WriteQueue;
  readonly #revision: SharedCall<Revision>;
  readonly #gets: SharedGet<CachedObject>;
  readonly #kept: KeptWatchCache;
  #reads = 0;
  #closed = false;

  constructor({ storage, bus, onCommit, limits = DEFAULT_STORE_LIMITS }: ClusterStoreOptions) {
    this.cluster = storage.cluster;
    this.#storage = storage;
    this.#bus = bus;
    this.#onCommit = onCommit;
    this.#limits = limits;
    this.#writes = new WriteQueue(
      (ops, options) => storage.write(ops, options),
      (entries, parsed) => this.#committed(entries, parsed),
      { ...limits, inRounds: storage.inRounds === true, pipelined: storage.pipelined === true },
    );
    // A lost message is found by comparing with the store; an error here will occur again in the next read or tick.
    const onGap = () => void this.#lookForGaps().catch(() => undefined);
    this.#kept = new KeptWatchCache({ storage, limits, onGap, ...(bus && { bus }) });
    this.#revision = new SharedCall(() => storage.revision());
    this.#gets = new SharedGet((keys) => this.#read(keys), limits.batchKeys);
  }

  get known(): Revision {
    return this.#kept.known;
  }

  heard(revision: Revision): void {
    this.#kept.announce(revision);
  }

  get bytes(): number {
    return this.#kept.live?.bytes ?? 0;
  }

  get busy(): boolean {
    return this.#writes.busy || (this.#kept.live?.watchers.count ?? 0) > 0;
  }

  async write(ops: readonly CachingWriteOp[], options: TransactionOptions = {}): Promise<WriteResult[]> {
    checkOps(ops);
    this.#checkOpen();
    const results = await this.#writes.write(ops, options);
    // A key to be created was changed without this process knowing: the next attempt must see it.
    if (results.some((result, index) => !result.ok && result.reason === 'conflict' && ops[index]?.type === 'create')) await this.revision();
    return results;
  }

  /** The cache and watchers come first, then the other processes, then the host; the writers' promises resolve afterwards. */
  #committed(entries: readonly LogEntry[], parsed: ReadonlyArray<KubeObject | undefined>): Promise<void> | undefined {
    const watchCache = this.#kept.live;
    const last = entries[entries.length - 1]?.revision ?? 0;
    this.#kept.announce(last);
    const inOrder = watchCache === undefined || watchCache.apply(entries, parsed);
    this.#bus?.publish(commitChannel(this.cluster), encodeCommit(entries, this.#limits.busMessageBytes));
    if (inOrder) return this.#tellHost(entries, parsed, watchCache);
    // Another process's commit is in between: it is read from the log. If that fails, the write is committed all the same.
    const told = () => this.#tellHost(entries, parsed, watchCache);
    return watchCache.reach(last).then(told, told);
  }

  #tellHost(entries: readonly LogEntry[], parsed: ReadonlyArray<KubeObject | undefined>, watchCache: WatchCache | undefined): undefined {
    if (this.#onCommit !== undefined) {
      // The window has dropped the first entries of a large transaction.
      const events = entries.map((entry, i) => watchCache?.window.at(entry.revision) ?? cacheEvent(entry, undefined, parsed[i]));
      this.#onCommit(this.cluster, events);
    }
    watchCache?.forgetUnread(entries);
  }

  async get(key: string): Promise<CachedObject | undefined> {
    const watchCache = await this.#current();
    return watchCache === undefined ? this.#gets.get(key) : watchCache.index.get(key);
  }

  async #read(keys: readonly string[]): Promise<ReadonlyMap<string, CachedObject>> {
    const found = new Map<string, CachedObject>();
    for (const stored of await this.#storage.get(keys)) if (stored !== undefined) found.set(stored.key, cachedObject(stored));
    return found;
  }

  async past(key: string, at: Revision): Promise<CachedObject | undefined> {
    const [stored] = await this.#storage.get([key], at);
    return stored && cachedObject(stored);
  }

  peek(key: string): CachedObject | undefined {
    return this.#kept.live?.index.get(key);
  }

  /** The watch cache, at least as of now; undefined while nothing is loaded. */
  async #current(): Promise<WatchCache | undefined> {
    this.#checkOpen();
    const watchCache = this.#kept.live;
    if (watchCache === undefined) {
      this.#countRead();
      return undefined;
    }
    return (await this.#reaches(watchCache, await this.revision())) ? watchCache : undefined;
  }

  /**
   * Whether the watch cache reaches the revision. If it has ended (its position was compacted, or it was dropped), the store is read
   * instead.
   */
  async #reaches(watchCache: WatchCache, revision: Revision): Promise<boolean> {
    try {
      await watchCache.reach(revision);
      return true;
    } catch (error) {
      if (watchCache.ended !== undefined) return false;
      throw error;
    }
  }

  countOf(prefix: string): number | undefined {
    return this.#kept.live?.index.countOf(prefix);
  }

  size(): { objects: number; bytes: number } | undefined {
    const index = this.#kept.live?.index;
    return index && { objects: index.size, bytes: index.bytes };
  }

  cached(prefix: string): readonly CachedObject[] {
    return this.#kept.live?.index.list({ prefix }).items ?? [];
  }

  changeOf(prefix: string): number | undefined {
    return this.#kept.live?.index.changeOf(prefix);
  }

  async list(query: ListQuery): Promise<ListAnswer> {
    checkPrefix(query.prefix);
    const watchCache = await this.#watchCacheFor(query);
    if (watchCache === undefined) return listFromStorage(this.#storage, query, this.#limits);
    const { filter, limit, loop, ...of } = query;
    const { applied: revision, index } = watchCache;
    if (filter !== undefined) return { ...(await filtered(index.list(of).items, { filter, limit, loop })), revision };
    const { items, remaining } = index.list({ ...of, limit });
    return { items, revision, more: remaining > 0, remaining };
  }

  async #watchCacheFor({ at, notOlderThan }: ListQuery): Promise<WatchCache | undefined> {
    if (at === undefined && notOlderThan === undefined) return this.#current();
    this.#checkOpen();
    const watchCache = this.#kept.live;
    if (watchCache === undefined) this.#countRead();
    if (watchCache === undefined || (at !== undefined && at !== watchCache.applied)) return undefined;
    if (notOlderThan !== undefined) await this.#reachKnown(watchCache, notOlderThan);
    return watchCache;
  }

  /** Throws FutureRevision if the revision does not exist yet. */
  async #reachKnown(watchCache: WatchCache, revision: Revision): Promise<void> {
    if (revision <= watchCache.applied) return;
    if (revision > this.known) {
      const newest = await this.revision();
      if (revision > newest) throw new FutureRevision(revision, newest);
    }
    await watchCache.reach(revision);
  }

  async revision(): Promise<Revision> {
    this.#checkOpen();
    try {
      const revision = await this.#revision.run();
      this.#kept.announce(revision);
      return revision;
    } catch (error) {
      if (error instanceof UnknownCluster) this.#kept.end(error);
      throw error;
    }
  }

  async watch(prefix: string, after: Revision | undefined, sink: CacheSink): Promise<() => void> {
    checkPrefix(prefix);
    this.#checkOpen();
    const watchCache = this.#kept.live ?? (await this.#kept.load());
    if (after === undefined) await watchCache.reach(await this.revision());
    else await this.#reachKnown(watchCache, after);
    return follow({ storage: this.#storage, watchCache, limits: this.#limits, prefix, after: after ?? watchCache.applied, sink });
  }

  #countRead(): void {
    if (++this.#reads < this.#limits.readsToLoad || this.#kept.isLoading) return;
    this.#reads = 0;
    // Loading only makes later reads faster; a read that needs the objects gets the same error itself.
    this.#kept.load().catch(() => undefined);
  }

  async tick(newest: Revision | undefined): Promise<void> {
    this.#reads = 0;
    if (newest === undefined) this.#kept.end(new UnknownCluster(this.cluster));
    else await this.#kept.live?.reach(newest);
  }

  async #lookForGaps(): Promise<void> {
    const watchCache = this.#kept.live;
    if (watchCache !== undefined) await watchCache.reach(await this.revision());
  }

  drop({ watched = false }: { watched?: boolean } = {}): void {
    if (watched ? !this.#writes.busy : !this.busy) this.#kept.end();
  }

  restored(): void {
    const { known } = this.#kept;
    this.#kept.end(new Compacted(known, known + 1));
  }

  close(): void {
    this.#closed = true;
    this.#kept.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw new StorageUnavailable(`the store of cluster ${this.cluster} was closed`);
  }
}

/** This process's view of one cluster's store. Nothing is in memory until there are watchers or frequent reads. */
export function clusterStore(options: ClusterStoreOptions): HostedClusterStore {
  return new CachingClusterStore(options);
}
