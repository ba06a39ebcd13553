import type { Component } from '../component.js';
import { type HostedCluster, Seat } from '../turn.js';
import { ClusterTurns } from './cluster-turns.js';

/** A cluster that is open in this process. */
interface OpenCluster {
  hosted: Promise<HostedCluster>;
  /** The result of `hosted`, once resolved. */
  opened?: HostedCluster;
  seats: Map<string, Seat>;
  readonly turns: ClusterTurns;
  /** When the last turn of each component ended; infinite while one is being taken. */
  readonly taken: Map<string, number>;
  /** The number of running turns. */
  active: number;
  lastUsed: number;
  /** To be closed after its last turn. */
  stale: boolean;
}

/** A reference to an open cluster, to be released. */
export interface Hold {
  hosted: HostedCluster;
  seat: Seat;
  /** The cluster's turns in this process. */
  turns: ClusterTurns;
  /** `drop`: the caches may be wrong, so the next turn reopens the cluster. */
  release(drop: boolean): void;
}

/** The clusters whose caches this process holds. They can be rebuilt from the store, so idle ones are closed. */
export class OpenClusters {
  private readonly clusters = new Map<string, OpenCluster>();

  constructor(
    private readonly open: (cluster: string) => Promise<HostedCluster>,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.clusters.size;
  }

  /** Whether a running turn of this process will process what is delivered now. */
  absorbs(cluster: string, component: string): boolean {
    return this.clusters.get(cluster)?.seats.get(component)?.absorbs === true;
  }

  /** Whether a turn is being taken in this process, or has ended since then. */
  takenSince(cluster: string, component: string, since: number): boolean {
    return (this.clusters.get(cluster)?.taken.get(component) ?? Number.NEGATIVE_INFINITY) >= since;
  }

  /** Throws the errors of opening the cluster. */
  async hold(cluster: string, component: Component): Promise<Hold> {
    const entry = this.entry(cluster);
    entry.active += 1;
    entry.taken.set(component.name, Number.POSITIVE_INFINITY);
    const release = (drop: boolean) => {
      entry.taken.set(component.name, this.now());
      this.release(cluster, entry, drop);
    };
    try {
      const hosted = await entry.hosted;
      entry.opened = hosted;
      let seat = entry.seats.get(component.name);
      if (seat === undefined) {
        seat = new Seat(hosted, component);
        entry.seats.set(component.name, seat);
      }
      return { hosted, seat, turns: entry.turns, release };
    } catch (error) {
      release(true);
      throw error;
    }
  }

  /**
   * Closes clusters that have not been used for `idle` milliseconds, then the least recently used ones until at most `most` clusters and
   * `bytes` are left. For clusters with a stepped clock, `conductedIdle` replaces `idle`: their components keep their state between
   * requests, so that the same inputs write the same log.
   */
  evict({ idle, conductedIdle, most, bytes }: { idle: number; conductedIdle: number; most: number; bytes: number }): void {
    const resting = [...this.clusters].filter(([, { active }]) => active === 0).sort(([, a], [, b]) => a.lastUsed - b.lastUsed);
    const sizes = new Map([...this.clusters].map(([cluster, { opened }]) => [cluster, opened?.bytes?.() ?? 0]));
    let surplus = this.clusters.size - most;
    let excess = [...sizes.values()].reduce((sum, size) => sum + size, 0) - bytes;
    for (const [cluster, entry] of resting) {
      const allowed = entry.opened?.conductor === undefined ? idle : conductedIdle;
      if (surplus <= 0 && excess <= 0 && this.now() - entry.lastUsed < allowed) continue;
      surplus -= 1;
      excess -= sizes.get(cluster) ?? 0;
      this.drop(cluster, entry);
    }
  }

  /** Closes a cluster (it is being deleted, or its clock was changed). */
  forget(cluster: string): void {
    const entry = this.clusters.get(cluster);
    if (entry !== undefined) this.drop(cluster, entry);
  }

  /** Ends the turns that have no work. */
  stopLingering(): void {
    for (const { turns } of this.clusters.values()) turns.stop();
  }

  close(): void {
    for (const [cluster, entry] of [...this.clusters]) this.drop(cluster, entry);
  }

  private entry(cluster: string): OpenCluster {
    let entry = this.clusters.get(cluster);
    if (entry === undefined) {
      entry = {
        hosted: this.open(cluster),
        seats: new Map(),
        turns: new ClusterTurns(),
        taken: new Map(),
        active: 0,
        lastUsed: this.now(),
        stale: false,
      };
      this.clusters.set(cluster, entry);
    }
    return entry;
  }

  private release(cluster: string, entry: OpenCluster, drop: boolean): void {
    entry.active -= 1;
    entry.lastUsed = this.now();
    if (drop || entry.stale) this.drop(cluster, entry);
  }

  private drop(cluster: string, entry: OpenCluster): void {
    if (this.clusters.get(cluster) === entry) this.clusters.delete(cluster);
    entry.stale = true;
    if (entry.active > 0) return;
    for (const seat of entry.seats.values()) seat.close();
    entry.seats.clear();
    // If it could not be opened there is nothing to close, and the caller got the error.
    entry.hosted.then(
      (hosted) => hosted.close(),
      () => undefined,
    );
  }
}
