// How fast clusters are created, and what idle ones cost.
import { Api, sleep, stats, target } from './client.mjs';
import { measureEffort } from './many-clusters.mjs';

const usable = async (kubeconfigFile) => {
  const api = new Api(target(kubeconfigFile), 1);
  await api.must(200, 'GET', '/api/v1/namespaces/default/serviceaccounts/default');
  const { items } = await api.json(200, 'GET', '/api/v1/nodes');
  const ready = items.every((node) => node.status.conditions.some((c) => c.type === 'Ready' && c.status === 'True'));
  if (!ready) throw new Error('a new cluster has a node that is not Ready');
  await api.close();
};

/** From POST to a cluster with Ready nodes and a default ServiceAccount, one after the other. */
export async function measureCreation(service, n = 50) {
  const times = [];
  for (let i = 0; i < n; i++) {
    const start = performance.now();
    const { kubeconfigFile } = await service.createCluster({ name: `made-${i}`, profile: 'instant' });
    times.push(performance.now() - start);
    if (i % 10 === 0) await usable(kubeconfigFile);
  }
  return stats(times);
}

/** What `n` idle clusters add to api and worker: MiB, and transactions and turns a minute. */
export async function measureIdle(service, n = 1000) {
  await sleep(5_000);
  const without = await measureEffort(service, 30);
  const before = service.memory();
  for (let i = 0; i < n; i += 8)
    await Promise.all(
      Array.from({ length: Math.min(8, n - i) }, (_, k) => service.createCluster({ name: `idle-${i + k}`, profile: 'instant' })),
    );
  const at = service.cpu();
  await sleep(20_000);
  const cpu = (service.cpu() - at) / 20;
  // Clusters are closed a minute after their last turn.
  await sleep(60_000);
  const idle = await measureEffort(service, 60);
  return {
    clusters: n,
    transactionsPerMinute: { without: without.transactions, with: idle.transactions },
    turnsPerMinute: { without: without.turns, with: idle.turns },
    addedMiB: Math.round(service.memory() - before),
    totalMiB: Math.round(service.memory()),
    cpuShareWhileIdle: Math.round(cpu * 1000) / 1000,
  };
}
