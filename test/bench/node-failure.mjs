// A node fails: a whole cluster in this process's memory, on a stepped clock.
import { performance } from 'node:perf_hooks';

const PODS = 50;
/** Unknown after a minute at most, evicted five minutes later, replaced at once. */
const UNTIL_REPLACED = 420_000;

const web = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' } },
  spec: {
    replicas: 2 * PODS,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } },
  },
};

/** Milliseconds until the pods of one of two nodes run on the other. */
async function once({ ClusterFaults, createLocalCluster }, { Deployment, Pod }) {
  const cluster = await createLocalCluster({ nodes: { count: 3, cpu: '32', memory: '64Gi', pods: 250 } });
  try {
    await cluster.client.create(Deployment, web);
    await cluster.settle();
    const placed = async () => {
      const { items } = await cluster.client.list(Pod, { namespace: 'default' });
      const there = items.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === 'Running');
      return there.map(({ spec }) => spec.nodeName);
    };
    const before = (await placed()).filter((node) => node === 'worker-1').length;
    const begin = performance.now();
    await new ClusterFaults(cluster.api).inject({ type: 'stop', node: 'worker-1' });
    await cluster.advance(UNTIL_REPLACED);
    const ms = performance.now() - begin;
    const after = (await placed()).filter((node) => node !== 'worker-1').length;
    if (before !== PODS || after !== 2 * PODS) throw new Error(`${before} pods were on the node, ${after} of ${2 * PODS} run elsewhere`);
    return ms;
  } finally {
    cluster.close();
  }
}

/** The median of five after a warm-up. */
export async function measureNodeFailure() {
  const parts = [await import('../../dist/libs/cluster/index.js'), await import('../../dist/libs/api/index.js')];
  const rounds = [];
  for (let round = 0; round < 6; round += 1) rounds.push(await once(...parts));
  return { pods: PODS, ms: Math.round(rounds.slice(1).sort((a, b) => a - b)[2]) };
}
