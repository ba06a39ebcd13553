import type { KubeObject } from '#apimachinery';
import type { Cause, Revision, TransactionOptions, WriteOp, WriteResult } from '#storage';

/** A cached object: the stored text and the object, which is parsed on first access. Shared: must not be modified (parts of it are frozen). */
export interface CachedObject {
  readonly key: string;
  /** The stored text, without resourceVersion. */
  readonly value: string;
  readonly revision: Revision;
  readonly createRevision: Revision;
  /** Parsed once, with metadata.resourceVersion set. */
  readonly object: KubeObject;
  /** Its estimated size: its key and text, and what parsing it creates. */
  readonly bytes: number;
  /** The same without what it shares with objects of other clusters. */
  readonly held: number;
}

/**
 * An operation with the object that its value is the text of (libs/apimachinery storedState), which the cache keeps instead of parsing the
 * text. It gets its resourceVersion when it is committed; from then on it is shared and must not be modified.
 */
export type CachingWriteOp = WriteOp & { object?: KubeObject };

/** A change, before the selectors of watchers are applied. */
export interface CacheEvent {
  readonly type: 'put' | 'delete';
  readonly revision: Revision;
  /** The new object; for a delete the last one, with the revision of the deletion. */
  readonly current: CachedObject;
  /** The object before the change; unset for a creation. */
  readonly previous?: CachedObject;
  readonly cause: Cause;
  readonly at: number;
  /** Encodings of the event, so that it is serialized once for all watchers. Key: media type and wrapping. */
  readonly encoded: Map<string, Uint8Array>;
}

export interface CacheSink {
  /** Called in order, synchronously, once per change under the prefix. */
  event(event: CacheEvent): void;
  /** Every change up to this revision has been delivered (called even if none was under the prefix). */
  progress?(revision: Revision): void;
  /** The stream has ended: Compacted, or the cache was closed. */
  end(error?: Error): void;
}

/**
 * One cluster's store in this process: writes are batched into transactions. Committed entries are applied to the cache and sent to the bus
 * and the watchers, in revision order, before the write's promise resolves.
 */
export interface ClusterStore {
  readonly cluster: string;
  /** The newest revision that this process knows of; 0 if it knows of none. */
  readonly known: Revision;
  /** Reports a revision that was seen in another read of the store. */
  heard(revision: Revision): void;
  /**
   * Batched with other pending writes to this cluster: one transaction carries many. The operations of a call stay together; an atomic call
   * has a transaction of its own.
   */
  write(ops: readonly CachingWriteOp[], options?: TransactionOptions): Promise<WriteResult[]>;
  /** One key, as of now (linearizable). Concurrent reads share a round trip. */
  get(key: string): Promise<CachedObject | undefined>;
  /** One key as it was at a revision. Throws Compacted, FutureRevision. */
  past(key: string, at: Revision): Promise<CachedObject | undefined>;
  /**
   * What is cached, without asking the store. May be stale, so it is only for optimistic updates, which are protected by compare-and-swap.
   */
  peek(key: string): CachedObject | undefined;
  /**
   * A number that is different after every change that the cache sees under a resource's prefix (`/registry/pods/`), for anything derived
   * from all of its objects; undefined while nothing is loaded.
   */
  changeOf(prefix: string): number | undefined;
  /** The number of cached keys under a prefix; undefined while nothing is loaded. */
  countOf(prefix: string): number | undefined;
  /** The number of objects in the cluster and the bytes of their texts; undefined while nothing is loaded. */
  size(): { objects: number; bytes: number } | undefined;
  /** The cached objects under a prefix, in key order; empty while nothing is loaded. */
  cached(prefix: string): readonly CachedObject[];
  /**
   * All objects under a prefix in key order, as of now (linearizable), or not older than `notOlderThan`, or exactly at `at`. Throws
   * Compacted, FutureRevision.
   */
  list(options: {
    prefix: string;
    after?: string;
    limit?: number;
    at?: Revision;
    notOlderThan?: Revision;
    filter?: (object: CachedObject) => boolean;
    /** Called before objects are filtered in a loop; what it returns is called before each of them, and waited for. */
    loop?: () => () => Promise<void> | undefined;
  }): Promise<{
    items: CachedObject[];
    revision: Revision;
    /** Whether there are keys after the last item, and how many (unknown if a filter was given). */
    more: boolean;
    remaining?: number;
  }>;
  /** The newest committed revision (linearizable; concurrent calls share a round trip). */
  revision(): Promise<Revision>;
  /**
   * Every change under the prefix after a revision, without a gap; if `after` is omitted, every change from now on. Throws Compacted,
   * FutureRevision.
   */
  watch(prefix: string, after: Revision | undefined, sink: CacheSink): Promise<() => void>;
  close(): void;
}

/** Called after each commit of this process, with the keys and causes of its entries: the host wakes components. */
export type CommitListener = (cluster: string, events: readonly CacheEvent[]) => void;
