import { systemClock } from '#apimachinery';
import { changeInLog, etcdComponent, components as parts } from '#cluster';
import { ClusterRegistries } from '#component-base';
import { type ClockComponent, type Component, clockComponent, isWokenBy, type TurnOutcome } from '#controller-runtime';
import {
  createWakeups,
  createWorkerHost,
  openQueues,
  type Wakeups,
  type WorkerHost,
  type WorkerHostOptions,
} from '#controller-runtime/bullmq';
import {
  AllowedHosts,
  answerCounts,
  type Backends,
  type CertificateAuthority,
  type Log,
  type Metrics,
  machineShare,
  openForWorker,
  openTurned,
  platformRuntime,
  RedisClusterHomes,
  recordParked,
  type Wakeable,
  WebhookConnections,
  type WorkerClustersOptions,
  wakeOnCommit,
} from '#hosting';
import { createClusterKeys } from '#platform';
import { CLOCK } from '#storage';
import type { WorkerConfig } from './config.js';
import { startMaintenance } from './maintenance.js';

export interface ComponentHostOptions {
  config: WorkerConfig;
  log: Log;
  backends: Backends;
  authority: CertificateAuthority;
  tokenKey: string;
  metrics: Metrics;
  roles: ReadonlySet<string>;
}

function outcomeName({ fenced, more, parked }: TurnOutcome): 'done' | 'more' | 'fenced' | 'parked' {
  if (parked) return 'parked';
  return fenced ? 'fenced' : more ? 'more' : 'done';
}

/** Number of jobs in the queues, by state. */
async function depthOf(queues: ReturnType<typeof openQueues>): Promise<Record<string, number>> {
  const counts = await Promise.all(queues.map((queue) => queue.getJobCounts('wait', 'prioritized', 'delayed', 'active')));
  const total: Record<string, number> = {};
  for (const count of counts) for (const [state, jobs] of Object.entries(count)) total[state] = (total[state] ?? 0) + jobs;
  return total;
}

/** Dispatches commits of this process: to turns that run here, and through the queue to other workers' components. */
function commitTarget(parts: {
  roles: ReadonlySet<string>;
  components: readonly Component[];
  clock: ClockComponent;
  host: WorkerHost;
  wakeups: Wakeups;
}): Wakeable {
  const { roles, components, clock, host, wakeups } = parts;
  const wake = (cluster: string, component: string) => (roles.has(component) ? host : wakeups).wake(cluster, component);
  return {
    wake,
    changed(cluster, change) {
      clock.changed(cluster, change);
      if (host.absorbs(cluster, CLOCK)) return;
      for (const component of components) {
        if (!host.absorbs(cluster, component.name) && isWokenBy(component, change)) wake(cluster, component.name);
      }
    },
  };
}

/** Logs turns and counts their outcomes. */
function turnReports({ log, metrics }: ComponentHostOptions, clusters: WorkerClustersOptions) {
  return {
    onError(error, turn) {
      log.error({ err: error, ...turn }, 'turn failed');
      if (turn) metrics.turn(turn.component, 'error');
    },
    onTurn: ({ component, milliseconds, outcome }) => metrics.turn(component, outcomeName(outcome), milliseconds / 1000),
    onParked({ cluster, component, lost, until }) {
      const milliseconds = until - systemClock.now();
      log.error({ cluster, component, lost, milliseconds }, 'a turn was parked: its holders did not end it');
      recordParked({ cluster, component, lost, milliseconds }, clusters).catch((error: unknown) =>
        log.warn({ err: error, cluster, component }, 'the event of a parked turn could not be written'),
      );
    },
  } satisfies Pick<WorkerHostOptions, 'onError' | 'onTurn' | 'onParked'>;
}

/** Measures the queues and the open clusters until the returned function is called. */
function measure(metrics: Metrics, host: WorkerHost, connection: Backends['queueConnection']): () => Promise<unknown> {
  const queues = openQueues({ connection });
  metrics.queueDepth(() => depthOf(queues));
  const timer = setInterval(() => metrics.openClusters(host.openClusters), 5_000);
  timer.unref();
  return () => {
    clearInterval(timer);
    return Promise.all(queues.map((queue) => queue.close()));
  };
}

/** Runs the components of all clusters; the queue says which. */
export async function openComponents(options: ComponentHostOptions): Promise<{ close(): Promise<void> }> {
  const { config, log, backends, authority, tokenKey, metrics, roles } = options;
  const { admin, records, queueConnection: connection } = backends;
  const runtime = await platformRuntime({ backends, log });
  const counts = new ClusterRegistries();
  const endAnswering = await answerCounts(backends.bus, counts);
  const clusters = {
    records,
    admin,
    stores: runtime.stores,
    clocks: runtime.clocks,
    rootCA: authority.certificate,
    keys: createClusterKeys({ records, installationKey: Buffer.from(tokenKey), now: systemClock.now }),
    share: machineShare(),
    webhooks: new WebhookConnections(new AllowedHosts(config.ORRERY_WEBHOOK_HOSTS)),
    log,
    counts,
  };
  const etcd = etcdComponent((cluster) => ({ storage: admin.open(cluster), ...runtime.stores.acquire(cluster) }));
  const clock = clockComponent(parts, (cluster, under) => openTurned(cluster, under, { ...clusters, notify: runtime.events.notify }));
  const components: readonly Component[] = [...parts, etcd, clock.component];
  const wakeups = createWakeups({ connection, components, onError: (error) => log.warn({ err: error }, 'wake-up failed') });
  const { redis, bus } = backends;
  const homes = new RedisClusterHomes({ redis, bus, onError: (error) => log.warn({ err: error }, 'homes of clusters') });
  const host = createWorkerHost({
    connection,
    homes,
    wakeups,
    admin,
    components: components.filter(({ name }) => roles.has(name)),
    changeOf: changeInLog,
    mostBytes: config.WORKER_CACHE_BYTES,
    now: systemClock.now,
    concurrency: config.WORKER_TURNS,
    openCluster: async (cluster) => (await openForWorker(cluster, clusters)).hosted,
    ...turnReports(options, clusters),
  });
  runtime.subscribe({
    onCommit: wakeOnCommit(commitTarget({ roles, components, clock, host, wakeups })),
    onEvent(event) {
      if (event.type === 'cluster-deleted' || event.type === 'cluster-changed') host.forget(event.cluster);
      if (event.type === 'cluster-deleted' || (event.type === 'cluster-changed' && event.restored)) counts.forget(event.cluster);
    },
  });
  const endMaintenance = roles.has('etcd') ? startMaintenance({ admin, records, audit: backends.audit, log }) : () => undefined;
  const endMeasuring = measure(metrics, host, connection);
  return {
    async close() {
      endMaintenance();
      endAnswering();
      await host.close();
      await homes.close();
      await wakeups.flushed();
      await Promise.all([wakeups.close(), endMeasuring()]);
      runtime.close();
    },
  };
}
