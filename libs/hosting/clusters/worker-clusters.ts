import { type Clock, type Instant, isConflict, isNotFound } from '#apimachinery';
import type { WorkShare } from '#apiserver';
import type { ClusterStores } from '#cacher';
import { clusterApi, hostedCluster, inRoundOf, machineTimers, profiles } from '#cluster';
import type { ClusterRegistries } from '#component-base';
import type { HostedCluster, InTurn } from '#controller-runtime';
import { type Cluster, type ClusterKeys, type PlatformRecords, standsStill } from '#platform';
import { CLOCK, type Fence, type StorageAdmin, UnknownCluster } from '#storage';
import type { Log } from '../logging.js';
import type { WebhookConnections } from '../webhooks/webhook-connections.js';
import type { ClusterClocks } from './cluster-clocks.js';

/** A conflict, or an object that does not exist (yet), is normal. */
function isExpected(error: unknown): boolean {
  return isConflict(error) || isNotFound(error);
}

export interface WorkerClustersOptions {
  records: Pick<PlatformRecords, 'cluster'>;
  admin: StorageAdmin;
  stores: ClusterStores;
  clocks: ClusterClocks;
  rootCA: string;
  keys: ClusterKeys;
  /** Divides the time of this process among the clusters. */
  share: WorkShare;
  /** The connections to webhooks outside. */
  webhooks: WebhookConnections;
  log: Log;
  /** Where components count what they do in this process; unset: nowhere. */
  counts?: ClusterRegistries;
}

/** Long work waits for the cluster's turn, and the cluster pauses after it if others are active. */
const inShare =
  (share: WorkShare, cluster: string): InTurn =>
  async (work) => {
    const task = share.task(cluster);
    await task.turn();
    return task.step(work);
  };

/** Opens a cluster for the components of this worker. Throws UnknownCluster if it does not exist. */
export async function openForWorker(
  id: string,
  options: WorkerClustersOptions,
  under?: () => Fence | undefined,
): Promise<{ hosted: HostedCluster; cluster: Cluster; clock: Clock }> {
  const { records, admin, stores, clocks, rootCA, keys, share, webhooks, log, counts } = options;
  const cluster = await records.cluster(id);
  if (!cluster) throw new UnknownCluster(id);
  const stepped = standsStill(cluster.clock);
  const rate = cluster.clock.mode === 'scaled' ? cluster.clock.rate : 1;
  const { store, release } = stores.acquire(id, { inRounds: stepped });
  const clock = clocks.of(cluster);
  const api = clusterApi({
    store,
    clock,
    seed: cluster.seed,
    timers: machineTimers,
    outside: webhooks.of(id),
    ...(!stepped && { share }),
  });
  const hosted = hostedCluster({
    api,
    store,
    turns: admin.open(id),
    clock,
    profile: profiles[cluster.profile],
    rootCA,
    keys: keys.of(id),
    delayUntil: (at: Instant) => (stepped ? undefined : (at - clock.now()) / rate),
    // Consecutive failures are logged at powers of two, so that one object that cannot be reconciled does not fill the log.
    onFailure: ({ error, ...about }) => {
      const level = isExpected(error) || (about.failures & (about.failures - 1)) !== 0 ? 'debug' : 'warn';
      log[level]({ err: error, cluster: id, ...about }, 'reconcile failed; it will be retried');
    },
    ...(stepped && { conductor: { name: CLOCK, ...(under && { under }) } }),
    inTurn: stepped ? inRoundOf(store) : inShare(share, id),
    // What a stepped cluster writes does not depend on how fast the machine is.
    ...(!stepped && { pause: () => share.pause(id) }),
    ...(counts && { metrics: (component: string) => counts.of(id, component) }),
    bytes: () => stores.bytes(id),
    onClose: release,
  });
  return { hosted, cluster, clock };
}
