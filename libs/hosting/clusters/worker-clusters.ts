import { type Clock, type Instant, systemRandom } from '#apimachinery';
import type { ClusterStores } from '#cacher';
import { clusterApi, hostedCluster, machineTimers, profiles } from '#cluster';
import type { HostedCluster } from '#controller-runtime';
import type { Cluster, PlatformRecords } from '#platform';
import { type StorageAdmin, UnknownCluster } from '#storage';
import type { Log } from '../logging.js';
import type { ClusterClocks } from './cluster-clocks.js';

export interface WorkerClustersOptions {
  records: Pick<PlatformRecords, 'cluster'>;
  admin: StorageAdmin;
  stores: ClusterStores;
  clocks: ClusterClocks;
  rootCA: string;
  log: Log;
}

/** Opens a cluster for the components of this worker. Throws UnknownCluster where there is none. */
export async function openForWorker(
  id: string,
  options: WorkerClustersOptions,
): Promise<{ hosted: HostedCluster; cluster: Cluster; clock: Clock }> {
  const { records, admin, stores, clocks, rootCA, log } = options;
  const cluster = await records.cluster(id);
  if (!cluster) throw new UnknownCluster(id);
  const { store, release } = stores.acquire(id);
  const clock = clocks.of(cluster);
  const random = systemRandom;
  const api = clusterApi({ store, clock, random, timers: machineTimers });
  const hosted = hostedCluster({
    api,
    store,
    turns: admin.open(id),
    clock,
    random,
    profile: profiles[cluster.profile],
    rootCA,
    delayUntil: (at: Instant) => (cluster.clock.mode === 'real' ? at - clock.now() : undefined),
    onFailure: ({ error, ...about }) => log.warn({ err: error, cluster: id, ...about }, 'reconcile failed, will be retried'),
    onClose: release,
  });
  return { hosted, cluster, clock };
}
