import { systemClock } from '#apimachinery';
import { changeInLog, etcdComponent, components as parts } from '#cluster';
import { type Component, clockComponent, type TurnOutcome } from '#controller-runtime';
import { createWakeups, createWorkerHost, openQueues, type WorkerHost } from '#controller-runtime/bullmq';
import {
  type Backends,
  type CertificateAuthority,
  type Log,
  type Metrics,
  openForWorker,
  openTurned,
  type PlatformRuntime,
  platformRuntime,
  recordParked,
  wakeOnCommit,
} from '#hosting';
import type { PlatformEvent } from '#platform';
import { CLOCK } from '#storage';
import type { WorkerConfig } from './config.js';
import { startMaintenance } from './maintenance.js';

export interface ComponentHostOptions {
  config: WorkerConfig;
  log: Log;
  backends: Backends;
  authority: CertificateAuthority;
  metrics: Metrics;
  roles: ReadonlySet<string>;
}

function outcomeName({ fenced, more, parked }: TurnOutcome): 'done' | 'more' | 'fenced' | 'parked' {
  if (parked) return 'parked';
  return fenced ? 'fenced' : more ? 'more' : 'done';
}

/** Jobs of the queues by state. */
async function depthOf(queues: ReturnType<typeof openQueues>): Promise<Record<string, number>> {
  const counts = await Promise.all(queues.map((queue) => queue.getJobCounts('wait', 'prioritized', 'delayed', 'active')));
  const total: Record<string, number> = {};
  for (const count of counts) for (const [state, jobs] of Object.entries(count)) total[state] = (total[state] ?? 0) + jobs;
  return total;
}

/** Runs the components of all clusters, as jobs of the queue say. */
export async function openComponents(options: ComponentHostOptions): Promise<{ close(): Promise<void> }> {
  const { config, log, backends, authority, metrics, roles } = options;
  const { admin, records, queueConnection } = backends;
  let host: WorkerHost | undefined;
  // A turn that runs here takes up what concerns it; the others are asked for through the queue.
  const wake = (cluster: string, component: string) =>
    roles.has(component) ? host?.wake(cluster, component) : wakeups.wake(cluster, component);
  const onCommit = wakeOnCommit({
    wake,
    changed(cluster, change) {
      clock.changed(cluster, change);
      if (host?.absorbs(cluster, CLOCK)) return;
      for (const component of all) if (component.interests(change)) wake(cluster, component.name);
    },
  });
  const onEvent = (event: PlatformEvent) => {
    if (event.type === 'cluster-deleted') host?.forget(event.cluster);
  };
  const runtime: PlatformRuntime = await platformRuntime({ backends, log, onCommit, onEvent, onGap: () => undefined });
  const etcd = etcdComponent((cluster) => ({ storage: admin.open(cluster), ...runtime.stores.acquire(cluster) }));
  const clock = clockComponent(parts, (cluster, under) => openTurned(cluster, under, { ...open, notify: runtime.events.notify }));
  const all: readonly Component[] = [...parts, etcd, clock.component];
  const mine = all.filter(({ name }) => roles.has(name));
  const wakeups = createWakeups({
    connection: queueConnection,
    components: all,
    onError: (error) => log.warn({ err: error }, 'wake-up failed'),
  });
  const open = { records, admin, stores: runtime.stores, clocks: runtime.clocks, rootCA: authority.certificate, log };
  const running = createWorkerHost({
    connection: queueConnection,
    wakeups,
    admin,
    components: mine,
    changeOf: changeInLog,
    mostBytes: config.WORKER_CACHE_BYTES,
    now: systemClock.now,
    concurrency: config.WORKER_TURNS,
    openCluster: async (cluster) => (await openForWorker(cluster, open)).hosted,
    onError(error, turn) {
      log.error({ err: error, ...turn }, 'turn failed');
      if (turn) metrics.turn(turn.component, 'error');
    },
    onTurn: ({ component, milliseconds, outcome }) => metrics.turn(component, outcomeName(outcome), milliseconds / 1000),
    onParked({ cluster, component, lost, until }) {
      const milliseconds = until - systemClock.now();
      log.error({ cluster, component, lost, milliseconds }, 'a turn was parked: its holders did not end it');
      recordParked({ cluster, component, lost, milliseconds }, open).catch((error: unknown) =>
        log.warn({ err: error, cluster, component }, 'the event of a parked turn could not be written'),
      );
    },
  });
  host = running;
  const endMaintenance = roles.has('etcd') ? startMaintenance({ admin, records, log }) : () => undefined;
  const queues = openQueues({ connection: queueConnection });
  metrics.queueDepth(() => depthOf(queues));
  const timer = setInterval(() => metrics.openClusters(running.openClusters), 5_000);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      endMaintenance();
      await running.close();
      await wakeups.flushed();
      await Promise.all([wakeups.close(), ...queues.map((queue) => queue.close())]);
      runtime.close();
    },
  };
}
