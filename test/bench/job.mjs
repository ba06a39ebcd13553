// A Job from POST to Complete, and what a stepped clock costs with CronJobs and with pods that crash.
import { Api, rewatch, sleep } from './client.mjs';

const jobSpec = (command, more = {}) => ({
  template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', command] }] } },
  ...more,
});

/** Duration in milliseconds. */
export async function measureJob(at, completions, namespace = 'default') {
  const name = `job-${process.pid}`;
  const api = new Api(at, 2);
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const { metadata } = await api.json(200, 'GET', `${jobs}?limit=1`);
  let newest = {};
  let changed = 0;
  const close = await rewatch(at, `${jobs}?watch=1`, metadata.resourceVersion, ({ object }, now) => {
    if (object.metadata.name !== name) return;
    newest = object;
    changed = now;
  });
  const start = performance.now();
  const spec = jobSpec('exit 0', { completions, parallelism: completions });
  await api.must(201, 'POST', jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace }, spec });
  while (newest.status?.completionTime === undefined) {
    if (performance.now() > start + 180_000) throw new Error(`${newest.status?.succeeded} of ${completions} pods succeeded within 180 s`);
    await sleep(2);
  }
  await api.must(200, 'DELETE', `${jobs}/${name}`, { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' });
  close();
  await api.close();
  return { completions, completeMs: Math.round((changed - start) * 10) / 10 };
}

const DAY = 24 * 3_600_000;

/** Milliseconds to turn the clock of a cluster in memory by a day, with the given objects. */
async function advance(create) {
  const { createLocalCluster } = await import('../../dist/libs/cluster/index.js');
  const cluster = await createLocalCluster();
  await create(cluster.client);
  await cluster.settle();
  const start = performance.now();
  await cluster.advance(DAY);
  const took = Math.round(performance.now() - start);
  cluster.close();
  return took;
}

/** 24 h of a cluster in memory: with ten CronJobs every five minutes, and with three pods that crash. */
export async function measureAdvance() {
  const { CronJob, Pod } = await import('../../dist/libs/api/index.js');
  const named = (name) => ({ name, namespace: 'default' });
  const cronJobMs = await advance(async (client) => {
    for (let i = 0; i < 10; i += 1) {
      const spec = { schedule: '*/5 * * * *', jobTemplate: { spec: jobSpec('exit 0') } };
      await client.create(CronJob, { apiVersion: 'batch/v1', kind: 'CronJob', metadata: named(`c${i}`), spec });
    }
  });
  const crashMs = await advance(async (client) => {
    for (let i = 0; i < 3; i += 1) {
      const containers = [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'exit 1'], resources: {} }];
      await client.create(Pod, { apiVersion: 'v1', kind: 'Pod', metadata: named(`p${i}`), spec: { containers } });
    }
  });
  return { cronJobMs, crashMs };
}
