import type { Instant } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { Client } from '#client';
import { type AdvanceEnd, expireLeases, waitState } from '#cluster';
import type { Duty, TurnedCluster } from '#controller-runtime';
import type { PlatformEvent, PlatformRecords } from '#platform';
import { Compacted, type Fence, type Revision, type Storage } from '#storage';
import { openForWorker, type WorkerClustersOptions } from './worker-clusters.js';

export interface TurnedClustersOptions extends WorkerClustersOptions {
  records: Pick<PlatformRecords, 'cluster' | 'setClock'>;
  notify(event: PlatformEvent): void;
}

const OVER = Number.NEGATIVE_INFINITY;
const ONLY_BY_A_CHANGE = Number.POSITIVE_INFINITY;

/** When a cluster in which nothing is written is quiet. */
async function quietAt(quiet: number, storage: Pick<Storage, 'clock' | 'log'>): Promise<Instant> {
  const { revision } = await storage.clock();
  // If the last write is compacted, it was long ago.
  const [last] = await storage.log({ after: Math.max(0, revision - 1), limit: 1 }).catch((error: unknown) => {
    if (error instanceof Compacted) return [];
    throw error;
  });
  return last === undefined ? OVER : last.at + quiet;
}

/** When an advance is over. Objects are looked at again after a write: of the many steps of an advance, most write nothing. */
function endingOf({ storage, store, client }: { storage: Pick<Storage, 'clock' | 'log'>; store: ClusterStore; client: Client }) {
  let last: { until: string; revision: Revision; at: Instant } | undefined;
  return async (until: string): Promise<Instant> => {
    const end = JSON.parse(until) as AdvanceEnd;
    if ('quiet' in end) return quietAt(end.quiet, storage);
    const revision = store.known;
    if (last?.until !== until || last.revision !== revision || revision === 0) {
      const { over, unanswered } = await waitState(client, end);
      const at = over ? OVER : ONLY_BY_A_CHANGE;
      if (unanswered) return at;
      last = { until, revision, at };
    }
    return last.at;
  };
}

/** Expires leases. The next expiry is asked for again after a write: of the many steps of an advance, most write nothing. */
function leaseDuty(storage: Storage, store: ClusterStore): Duty {
  let last: { revision: Revision; at: Instant | undefined } | undefined;
  const nextAt = async () => {
    const revision = store.known;
    if (last?.revision !== revision || revision === 0) last = { revision, at: await storage.nextExpiry() };
    return last.at;
  };
  return {
    nextAt,
    async run(now) {
      const next = await nextAt();
      if (next !== undefined && next <= now) await expireLeases(storage, store, now);
    },
  };
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
  // Reads what an advance waits for, as the API server itself.
  const { client } = hosted.contextFor('kube-apiserver').context;
  return {
    hosted,
    clock,
    storage,
    endOf: endingOf({ storage, store, client }),
    duties: [leaseDuty(storage, store)],
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
