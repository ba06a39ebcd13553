import type { Clock, Instant } from '#apimachinery';
import type { Bus } from '#cacher/bus';
import { inRounds, type StorageAdmin } from '#storage';
import type { ClusterStore, CommitListener } from './cacher.js';
import { clusterStore, type HostedClusterStore } from './cluster-store.js';
import { DEFAULT_STORE_LIMITS, type StoreLimits } from './limits.js';

/** A store that is held; to be released once, when its holder is done with it. */
export interface HeldStore {
  readonly store: ClusterStore;
  release(): void;
}

/** How the store of a cluster is opened; what holds it already is not changed. */
interface StoreTerms {
  /** Its calls are carried out in rounds (inRounds): for components that must do the same each time. */
  inRounds?: boolean;
}

/** The cluster stores of a process. */
export interface ClusterStores {
  /** The one store of a cluster in this process; it stays as long as anybody holds it. Whether the cluster exists is found out by using it. */
  acquire(cluster: string, terms?: StoreTerms): HeldStore;
  /** To be called every few seconds: looks for commits that were never announced, and drops caches that are idle or exceed the limit. */
  tick(): Promise<void>;
  /** Estimated bytes of memory that the store of a cluster uses. */
  bytes(cluster: string): number;
  /** Ends a cluster's store at once, watches included: it was deleted. */
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

/** Drops caches in this order until the rest fit; those that are left. */
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
    // One question for all: a store that is held costs none of its own.
    const loaded = [...this.#entries].filter(([, { store }]) => store.bytes > 0);
    const newest = loaded.length === 0 ? new Map<string, number>() : await this.options.admin.revisions(loaded.map(([cluster]) => cluster));
    const results = await Promise.allSettled(loaded.map(([cluster, { store }]) => store.tick(newest.get(cluster))));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Drops the caches that were idle for longest until the rest fit, then the largest of those that are watched. */
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

  forget(cluster: string): void {
    this.#entries.get(cluster)?.store.close();
    this.#entries.delete(cluster);
  }

  close(): void {
    for (const cluster of [...this.#entries.keys()]) this.forget(cluster);
  }
}

/** Gives out one store per cluster, and closes those that are no longer used. */
export function clusterStores(options: ClusterStoresOptions): ClusterStores {
  return new ProcessClusterStores({ ...options, limits: options.limits ?? DEFAULT_STORE_LIMITS });
}
