// Many clusters of one service: all roll out at once, or all are idle.
import pg from 'pg';
import { Api, sleep, stats, target, watch } from './client.mjs';

const PATIENCE = 120_000;

const deployment = (replicas) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' } },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
  },
});

/** The uid of the pod that an event shows Running. */
const runningIn = (line) => (line.includes('"phase":"Running"') ? JSON.parse(line).object.metadata.uid : undefined);

/** Watches the pods of a cluster; `done` resolves with the time at which that many are Running. */
async function follow(api, at, replicas) {
  const path = '/api/v1/namespaces/default/pods';
  const { metadata } = await api.json(200, 'GET', `${path}?limit=1`);
  const running = new Set();
  let finish = () => {};
  const done = new Promise((resolve, reject) => {
    finish = resolve;
    setTimeout(() => reject(new Error(`${running.size} of ${replicas} pods are Running after ${PATIENCE / 1000} s`)), PATIENCE).unref();
  });
  done.catch(() => {});
  const close = await watch(at, `${path}?watch=1&resourceVersion=${metadata.resourceVersion}`, (line, now) => {
    const uid = runningIn(line);
    if (uid && running.add(uid).size === replicas) finish(now);
  });
  return { done, close };
}

/** Milliseconds from the POST to all pods Running, of clusters that each get a Deployment at the same time. */
export async function measureRollouts(service, { clusters = 200, replicas = 10 } = {}) {
  const made = [];
  for (let i = 0; i < clusters; i += 8) {
    const names = Array.from({ length: Math.min(8, clusters - i) }, (_, k) => `rolling-${i + k}`);
    made.push(...(await Promise.all(names.map((name) => service.createCluster({ name, profile: 'instant' })))));
  }
  const each = await Promise.all(
    made.map(async ({ kubeconfigFile }) => {
      const at = target(kubeconfigFile);
      const api = new Api(at, 1);
      return { api, ...(await follow(api, at, replicas)) };
    }),
  );
  const cpu = service.cpu();
  const times = await Promise.all(
    each.map(async ({ api, done }) => {
      const start = performance.now();
      await api.must(201, 'POST', '/apis/apps/v1/namespaces/default/deployments', deployment(replicas));
      return (await done) - start;
    }),
  );
  const { p50, p99, max } = stats(times);
  for (const { api, close } of each) {
    close();
    await api.close();
  }
  return { clusters, replicas, p50, p99, max, cpuSeconds: Math.round((service.cpu() - cpu) * 10) / 10 };
}

/** What the service has asked PostgreSQL, and how many turns its worker has taken, so far. */
async function effort(service, client) {
  const { rows } = await client.query('SELECT sum(xact_commit)::int AS n FROM pg_stat_database');
  const metrics = await (await fetch(service.workerMetrics)).text();
  const turns = [...metrics.matchAll(/^orrery_turns_total\{.*\} (\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
  return { transactions: rows[0].n, turns };
}

/** Transactions and turns of the service in the given seconds, scaled to a minute. */
export async function measureEffort(service, seconds) {
  const client = new pg.Client({ connectionString: service.databaseUrl() });
  await client.connect();
  try {
    const before = await effort(service, client);
    await sleep(seconds * 1000);
    const after = await effort(service, client);
    const perMinute = (n) => Math.round((n * 60) / seconds);
    return { transactions: perMinute(after.transactions - before.transactions), turns: perMinute(after.turns - before.turns) };
  } finally {
    await client.end();
  }
}
