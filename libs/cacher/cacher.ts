import type { KubeObject } from '#apimachinery';
import type { Cause, Revision, TransactionOptions, WriteOp, WriteResult } from '#storage';

/** An object as the cache holds it: the stored text and, parsed when first asked for, the object. Shared: never changed in place. */
export interface CachedObject {
  readonly key: string;
  /** Stored text, without resourceVersion. */
  readonly value: string;
  readonly revision: Revision;
  readonly createRevision: Revision;
  /** Parsed once, with metadata.resourceVersion set. */
  readonly object: KubeObject;
  /** What it is reckoned to take in memory: its texts, and what is made of them when they are parsed. */
  readonly bytes: number;
}

/** One change, as watchers see it before their selectors are applied. */
export interface CacheEvent {
  readonly type: 'put' | 'delete';
  readonly revision: Revision;
  /** The new object; for a delete the last one, at the revision of the deletion. */
  readonly current: CachedObject;
  /** What stood there before; none for a creation. */
  readonly previous?: CachedObject;
  readonly cause: Cause;
  readonly at: number;
  /** A memo for encodings, so that an event is serialised once for all its watchers. Key: media type and wrapping. */
  readonly encoded: Map<string, Uint8Array>;
}

export interface CacheSink {
  /** Called in order, synchronously, once for each change under the prefix. */
  event(event: CacheEvent): void;
  /** Every change up to this revision has been delivered (also when none was under the prefix). */
  progress?(revision: Revision): void;
  /** The stream can't go on: Compacted, or the cache was closed. */
  end(error?: Error): void;
}

/**
 * One cluster's store as this process sees it: writes are gathered into transactions, and what is committed is fed to the
 * cache, the bus and the watchers, in revision order, before the write's promise resolves.
 */
export interface ClusterStore {
  readonly cluster: string;
  /** The newest revision that this process has heard of; 0 while it has heard of none. */
  readonly known: Revision;
  /** Tells that the cluster has got to this revision, as another read of the store has shown. */
  heard(revision: Revision): void;
  /** Gathered with whatever other writes wait for this cluster: one transaction carries many. Atomic calls and fenced calls keep together. */
  write(ops: readonly WriteOp[], options?: TransactionOptions): Promise<WriteResult[]>;
  /** One key, as of now (linearizable). Concurrent reads share one round trip. */
  get(key: string): Promise<CachedObject | undefined>;
  /** What the cache knows without asking the store; may be old, so only for optimistic updates (their compare-and-swap protects them). */
  peek(key: string): CachedObject | undefined;
  /**
   * Another number after every change that the cache sees under a resource's prefix (`/registry/pods/`), for what is worked out from all
   * of its objects; undefined while nothing is loaded.
   */
  changeOf(prefix: string): number | undefined;
  /** How many keys stand under a prefix in the cache; undefined while nothing is loaded. */
  countOf(prefix: string): number | undefined;
  /** Objects of the cluster and the bytes of their texts; undefined while nothing is loaded. */
  size(): { objects: number; bytes: number } | undefined;
  /** What the cache holds under a prefix, in key order; nothing while it is not loaded. */
  cached(prefix: string): readonly CachedObject[];
  /**
   * All objects under a prefix in key order, as of now (linearizable), or not older than `notOlderThan`, or exactly at `at`.
   * Throws Compacted, FutureRevision.
   */
  list(options: {
    prefix: string;
    after?: string;
    limit?: number;
    at?: Revision;
    notOlderThan?: Revision;
    filter?: (object: CachedObject) => boolean;
  }): Promise<{
    items: CachedObject[];
    revision: Revision;
    /** Whether keys are left after the last item, and how many (unknown where a filter was given). */
    more: boolean;
    remaining?: number;
  }>;
  /** The newest committed revision (linearizable; concurrent calls share one round trip). */
  revision(): Promise<Revision>;
  /** Every change under the prefix after a revision, without a gap; none when `after` is left out: from now on. Throws Compacted, FutureRevision. */
  watch(prefix: string, after: Revision | undefined, sink: CacheSink): Promise<() => void>;
  close(): void;
}

/** Called after each commit of this process, with the entries' keys and causes: the host wakes components from here. */
export type CommitListener = (cluster: string, events: readonly CacheEvent[]) => void;
