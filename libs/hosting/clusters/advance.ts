import type { Instant } from '#apimachinery';
import type { ClusterStores } from '#cacher';
import { expireLeases } from '#cluster';
import { type Component, type ComponentChange, LocalHost } from '#controller-runtime';
import type { PlatformEvent, PlatformRecords } from '#platform';
import type { StorageAdmin } from '#storage';
import type { ClusterClocks } from './cluster-clocks.js';
import { openForWorker, type WorkerClustersOptions } from './worker-clusters.js';

export interface AdvanceOptions extends WorkerClustersOptions {
  records: Pick<PlatformRecords, 'cluster' | 'setClock'>;
  clocks: ClusterClocks;
  components: readonly Component[];
  admin: StorageAdmin;
  stores: ClusterStores;
  notify(event: PlatformEvent): void;
  /** Keeps a cluster to the caller, across all workers, until what it answers is called; waits for its turn. */
  lock(cluster: string): Promise<() => Promise<void>>;
  /** From now on no other turns of this cluster are taken here; what runs ends. */
  exclude(cluster: string): void;
  /** Turns are taken as ever. */
  readmit(cluster: string): void;
}

/** Turns stepped clocks. While one is turned, all components of its cluster take their turns here, in a fixed order. */
export class ClockAdvancer {
  /** Clusters whose clocks are being turned here, with the host that does it once it stands. */
  private readonly turning = new Map<string, LocalHost | undefined>();

  constructor(private readonly options: AdvanceOptions) {}

  /** Whether a cluster's clock is being turned here. */
  isTurning(cluster: string): boolean {
    return this.turning.has(cluster);
  }

  /** A change was committed by this process: true when the turning clock sees to it. */
  changed(cluster: string, change: ComponentChange): boolean {
    this.turning.get(cluster)?.changed(change);
    return this.turning.has(cluster);
  }

  /** Runs what falls due on the way, in its order, and answers where the clock stands when all is quiet. */
  async advance(id: string, by: number): Promise<Instant> {
    const { lock, exclude, readmit, clocks } = this.options;
    const unlock = await lock(id);
    this.turning.set(id, undefined);
    exclude(id);
    try {
      await this.turn(id, by);
      return clocks.stepped(id)?.now() ?? 0;
    } finally {
      this.turning.delete(id);
      readmit(id);
      await unlock();
    }
  }

  private async turn(id: string, by: number): Promise<void> {
    const { records, clocks, components, admin, stores, notify } = this.options;
    const { hosted, cluster } = await openForWorker(id, this.options);
    const clock = clocks.stepped(id);
    if (cluster.clock.mode !== 'stepped' || !clock) {
      hosted.close();
      throw new Error(`the clock of cluster ${id} goes by itself`);
    }
    const held = stores.acquire(id);
    const storage = admin.open(id);
    const leases = { nextAt: () => storage.nextExpiry(), run: (now: Instant) => expireLeases(storage, held.store, now) };
    const host = new LocalHost({ hosted, components, clock, duties: [leases], autorun: false });
    this.turning.set(id, host);
    try {
      await host.advance(by);
    } finally {
      // Where it stands is kept even when a turn failed: what was written carries that time already.
      const now = clock.now();
      await records.setClock(id, now);
      notify({ type: 'clock', cluster: id, now });
      host.close();
      hosted.close();
      held.release();
    }
  }
}
