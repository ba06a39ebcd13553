import { expireLeases } from '#cluster';
import type { TurnedCluster } from '#controller-runtime';
import type { PlatformEvent, PlatformRecords } from '#platform';
import type { Fence } from '#storage';
import { openForWorker, type WorkerClustersOptions } from './worker-clusters.js';

export interface TurnedClustersOptions extends WorkerClustersOptions {
  records: Pick<PlatformRecords, 'cluster' | 'setClock'>;
  notify(event: PlatformEvent): void;
}

/** Opens a cluster with a stepped clock for the turn that advances it. Throws UnknownCluster if it does not exist. */
export async function openTurned(id: string, under: () => Fence | undefined, options: TurnedClustersOptions): Promise<TurnedCluster> {
  const { clocks, stores, admin, records, notify } = options;
  const { hosted } = await openForWorker(id, options, under);
  const clock = clocks.stepped(id);
  if (!clock) {
    hosted.close();
    throw new Error(`cluster ${id} has a clock that goes on by itself`);
  }
  const { store, release } = stores.acquire(id);
  const storage = admin.open(id);
  return {
    hosted,
    clock,
    storage,
    duties: [{ nextAt: () => storage.nextExpiry(), run: (now) => expireLeases(storage, store, now) }],
    stepped: (now) => notify({ type: 'clock', cluster: id, now }),
    async reached(now) {
      await records.setClock(id, now);
      notify({ type: 'clock', cluster: id, now });
    },
    close() {
      hosted.close();
      release();
    },
  };
}
