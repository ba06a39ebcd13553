import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { systemClock } from '#apimachinery';
import { clusterStores } from '#cacher';
import { memoryBus } from '#cacher/bus';
import type { ClusterContext, Component, HostedCluster } from '#controller-runtime';
import { createWakeups, createWorkerHost } from '#controller-runtime/bullmq';
import type { StorageAdmin } from '#storage';
import { postgresStorage } from '#storage/postgres';
import { redisUrl, type TestDatabase, testDatabase } from '../../../test/servers.js';
import { until } from '../../../test/service.js';

const HELD = 50;
const SWEEPS = 3;
const cause = { requestId: 'r', user: 'u' };
const sink = { event: () => undefined, end: () => undefined };

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
const closing: Array<() => unknown> = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await database?.close();
});

/** All statements that are sent to PostgreSQL while `work` runs. */
async function statementsOf(work: () => Promise<void>): Promise<string[]> {
  const texts: string[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const [first] = given;
    texts.push(typeof first === 'string' ? first : (first as { text: string }).text);
    return Reflect.apply(query, this, given);
  } as typeof query;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
  }
  return texts;
}

/** A component that never has any work. */
const resting: Component = {
  name: 'resting',
  interests: () => true,
  open: () => Promise.resolve({ drain: () => Promise.resolve({ more: false }), close: () => undefined }),
};

/** A worker that has taken a turn on each of these clusters and keeps them open. */
async function workerOn(admin: StorageAdmin, clusters: readonly string[]) {
  const { hostname, port, password } = new URL(await redisUrl());
  const queue = { connection: { host: hostname, port: Number(port), password }, namespace: randomUUID() };
  const wakeups = createWakeups({ ...queue, components: [resting] });
  const turned = new Set<string>();
  const openCluster = (cluster: string): Promise<HostedCluster> => {
    const store = admin.open(cluster);
    let reached = 0;
    return Promise.resolve({
      cluster,
      turns: store,
      contextFor: () => ({ context: { cluster } as ClusterContext, setFence: () => undefined }),
      catchUp: async (revision) => {
        reached = revision;
      },
      delivered: () => reached,
      delayUntil: () => undefined,
      close: () => undefined,
    });
  };
  const host = createWorkerHost({
    ...queue,
    wakeups,
    admin,
    components: [resting],
    now: systemClock.now,
    changeOf: () => undefined,
    openCluster,
    sweepEvery: 1_000_000,
    quiet: 0,
    onTurn: ({ cluster }) => void turned.add(cluster),
  });
  closing.push(
    () => wakeups.close(),
    () => host.close(),
  );
  for (const cluster of clusters) host.wake(cluster, resting.name);
  if (!(await until(() => turned.size === clusters.length))) throw new Error('not every cluster has had its turn');
  return host;
}

test('open and watched clusters cause no queries of their own: a sweep uses one query for all', async () => {
  const admin = postgresStorage(database.pool);
  const stores = clusterStores({ admin, bus: memoryBus(), clock: systemClock });
  closing.push(() => stores.close());
  const clusters = Array.from({ length: HELD }, (_, index) => `held-${index}`);
  for (const cluster of clusters) {
    await admin.create(cluster);
    await admin.open(cluster).write([{ type: 'create', key: '/registry/configmaps/ns/a', value: '{}', cause, at: 0 }]);
    await stores.acquire(cluster).store.watch('/registry/', 0, sink);
  }
  const worker = await workerOn(admin, clusters);
  const statements = await statementsOf(async () => {
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      await stores.tick();
      await worker.sweep();
    }
  });
  expect(clusters.every((cluster) => stores.bytes(cluster) > 0)).toBe(true);
  expect([worker.openClusters, statements]).toEqual([
    HELD,
    Array.from({ length: SWEEPS }, () => [expect.stringContaining('store_revisions('), expect.stringContaining('store_lagging(')]).flat(),
  ]);
});
