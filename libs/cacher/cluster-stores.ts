import type { Clock, Instant } from '#apimachinery';
import type { Bus } from '#cacher/bus';
import { inRounds, type StorageAdmin } from '#storage';
import type { ClusterStore, CommitListener } from './cacher.js';
import { clusterStore, type HostedClusterStore } from './cluster-store.js';
import { DEFAULT_STORE_LIMITS, type StoreLimits } from './limits.js';

/** A reference to a store, to be released once. */
export interface HeldStore {
  readonly store: ClusterStore;
  release(): void;
}

/** How the store of a cluster is used; existing references are not affected. */
interface StoreTerms {
  /** Calls are executed in rounds (inRounds), for components that must be deterministic. */
  inRounds?: boolean;
}

/** The cluster stores of a process. */
export interface ClusterStores {
  /**
   * The one store of a cluster in this process; it is kept as long as there are references. Whether the cluster exists turns out on first
   * use.
   */
  acquire(cluster: string, terms?: StoreTerms): HeldStore;
  /** To be called every few seconds: looks for commits that were not announced, and drops caches that are idle or exceed the limit. */
  tick(): Promise<void>;
  /** Estimated bytes of memory that the store of a cluster uses. */
  bytes(cluster: string): number;
  /** The cluster's objects were restored to an earlier state: drops them, and ends the watches, which have to list again. */
  restored(cluster: string): void;
  /** Closes a deleted cluster's store at once, including its watches. */
  forget(cluster: string): void;
  close(): void;
}

interface Entry {
  store: HostedClusterStore;
  holders: number;
  usedAt: Instant;
}

export interface ClusterStoresOptions {
  admin: StorageAdmin;
  bus: Bus;
  /** The machine's clock. */
  clock: Clock;
  onCommit?: CommitListener;
  limits?: StoreLimits;
}

/** Drops caches in this order until the rest fit; returns the rest. */
function dropUntil(entries: readonly Entry[], limit: number, drop: (store: HostedClusterStore) => void): Entry[] {
  let bytes = entries.reduce((sum, { store }) => sum + store.bytes, 0);
  for (const { store } of entries) {
    if (bytes <= limit) break;
    bytes -= store.bytes;
    drop(store);
    bytes += store.bytes;
  }
  return entries.filter(({ store }) => store.bytes > 0);
}

class ProcessClusterStores implements ClusterStores {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly options: Required<Pick<ClusterStoresOptions, 'limits'>> & ClusterStoresOptions) {}

  acquire(cluster: string, terms: StoreTerms = {}): HeldStore {
    const { admin, bus, onCommit, limits, clock } = this.options;
    const entry = this.#entries.get(cluster) ?? {
      store: clusterStore({ storage: terms.inRounds ? inRounds(admin.open(cluster)) : admin.open(cluster), bus, onCommit, limits }),
      holders: 0,
      usedAt: 0,
    };
    this.#entries.set(cluster, entry);
    entry.holders++;
    entry.usedAt = clock.now();
    let held = true;
    const release = () => {
      if (held) entry.holders--;
      held = false;
      entry.usedAt = clock.now();
    };
    return { store: entry.store, release };
  }

  async tick(): Promise<void> {
    const { limits, clock } = this.options;
    const now = clock.now();
    for (const [cluster, entry] of this.#entries) {
      if (entry.store.busy) entry.usedAt = now;
      else if (entry.holders === 0 && now - entry.usedAt >= limits.idleTime) this.forget(cluster);
    }
    this.#shrink();
    // One query for all stores.
    const loaded = [...this.#entries].filter(([, { store }]) => store.bytes > 0);
    const newest = loaded.length === 0 ? new Map<string, number>() : await this.options.admin.revisions(loaded.map(([cluster]) => cluster));
    const results = await Promise.allSettled(loaded.map(([cluster, { store }]) => store.tick(newest.get(cluster))));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Drops the caches that have been idle longest until the rest fit, then the largest of the watched ones. */
  #shrink(): void {
    const { totalBytes, watchedBytes } = this.options.limits;
    const entries = [...this.#entries.values()].filter(({ store }) => store.bytes > 0);
    entries.sort((a, b) => a.usedAt - b.usedAt);
    const left = dropUntil(entries, totalBytes, (store) => store.drop());
    left.sort((a, b) => b.store.bytes - a.store.bytes);
    dropUntil(left, watchedBytes, (store) => store.drop({ watched: true }));
  }

  bytes(cluster: string): number {
    return this.#entries.get(cluster)?.store.bytes ?? 0;
  }

  restored(cluster: string): void {
    this.#entries.get(cluster)?.store.restored();
  }

  forget(cluster: string): void {
    this.#entries.get(cluster)?.store.close();
    this.#entries.delete(cluster);
  }

  close(): void {
    for (const cluster of [...this.#entries.keys()]) this.forget(cluster);
  }
}

/** Returns one store per cluster, and closes those that are no longer used. */
export function clusterStores(options: ClusterStoresOptions): ClusterStores {
  return new ProcessClusterStores({ ...options, limits: options.limits ?? DEFAULT_STORE_LIMITS });
}
