import fc from 'fast-check';
import { type appsv1, ConfigMap, type corev1, Deployment, Pod, Service } from '#api';
import { isNotFound } from '#apimachinery';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { logLines } from '../same-log.js';

/** An operation on a cluster from outside. */
type Step =
  | { does: 'deploy' | 'scale'; name: string; replicas: number }
  | { does: 'image'; name: string; image: string }
  | { does: 'delete' | 'expose'; name: string }
  | { does: 'generate'; count: number }
  | { does: 'evict' }
  | { does: 'advance'; seconds: number };

const deployment = (name: string, replicas: number): appsv1.Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { name: '', labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } },
  },
});

const service = (name: string): corev1.Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { type: 'NodePort', selector: { app: name }, ports: [{ port: 80 }] },
});

const patch = ({ client }: LocalCluster, name: string, spec: object) => client.patch(Deployment, name, 'default', 'merge', { spec });

async function carryOut(cluster: LocalCluster, step: Step): Promise<unknown> {
  const { client } = cluster;
  switch (step.does) {
    case 'deploy':
      return client.create(Deployment, deployment(step.name, step.replicas));
    case 'scale':
      return patch(cluster, step.name, { replicas: step.replicas });
    case 'image':
      return patch(cluster, step.name, { template: { spec: { containers: [{ name: 'c', image: step.image }] } } });
    case 'delete':
      return client.delete(Deployment, step.name, 'default', { propagationPolicy: 'Background' });
    case 'expose':
      return client.create(Service, service(step.name));
    case 'generate': {
      const one = () =>
        client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '', generateName: 'g-', namespace: 'default' } });
      return Promise.all(Array.from({ length: step.count }, one));
    }
    case 'evict': {
      const [pod] = (await client.list(Pod, { namespace: 'default' })).items;
      return pod && client.delete(Pod, pod.metadata.name, 'default');
    }
    case 'advance':
      return cluster.advance(step.seconds * 1000);
  }
}

/** The log of a new cluster after the steps, each run after the cluster has settled. */
async function logOf(steps: readonly Step[], seed: string, profile: 'instant' | 'realistic' = 'realistic'): Promise<string[]> {
  const cluster = await createLocalCluster({ seed, profile });
  for (const step of steps) {
    await carryOut(cluster, step).catch((error: unknown) => {
      // The steps themselves determine whether a name exists.
      if (!isNotFound(error) && (error as { code?: number }).code !== 409) throw error;
    });
    await cluster.settle();
  }
  const lines = logLines(await cluster.log());
  cluster.close();
  return lines;
}

const story: readonly Step[] = [
  { does: 'deploy', name: 'web', replicas: 20 },
  { does: 'expose', name: 'web' },
  { does: 'advance', seconds: 30 },
  { does: 'image', name: 'web', image: 'nginx:1.28' },
  { does: 'advance', seconds: 60 },
  { does: 'generate', count: 5 },
  { does: 'scale', name: 'web', replicas: 7 },
  { does: 'deploy', name: 'broken', replicas: 3 },
  { does: 'image', name: 'broken', image: 'no-such-image' },
  { does: 'advance', seconds: 600 },
  { does: 'evict' },
  { does: 'delete', name: 'web' },
  { does: 'advance', seconds: 60 },
  { does: 'deploy', name: 'web', replicas: 2 },
  { does: 'advance', seconds: 30 },
];

/** uids of created objects, from the log. */
const uidsIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => (/^\d+ put \S+ c(\d+) v1 /.test(line) ? [JSON.parse(line.slice(line.indexOf('{'))).metadata.uid as string] : []));

describe('the same inputs', () => {
  test('write the same log, byte for byte, with the same seed, and other names and uids with another', async () => {
    const [first, second] = [await logOf(story, 'a'), await logOf(story, 'a')];
    expect(first.length).toBeGreaterThan(300);
    expect(second).toEqual(first);
    const other = await logOf(story, 'b');
    expect(other).not.toEqual(first);
    const [uids, others] = [uidsIn(first), uidsIn(other)];
    expect(new Set([...uids, ...others]).size).toBe(uids.length + others.length);
  });

  test('write the same log in clusters that run concurrently', async () => {
    const logs = await Promise.all(['a', 'a', 'b', 'a'].map((seed) => logOf(story, seed, 'instant')));
    expect([logs[1], logs[3]]).toEqual([logs[0], logs[0]]);
  });

  test('for any requests', async () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ does: fc.constant('deploy' as const), name, replicas: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ does: fc.constant('scale' as const), name, replicas: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ does: fc.constant('image' as const), name, image: fc.constantFrom('nginx:1.28', 'redis:7', 'no-such-image') }),
      fc.record({ does: fc.constantFrom('delete' as const, 'expose' as const), name }),
      fc.record({ does: fc.constant('generate' as const), count: fc.integer({ min: 1, max: 30 }) }),
      fc.constant<Step>({ does: 'evict' }),
      fc.record({ does: fc.constant('advance' as const), seconds: fc.integer({ min: 1, max: 700 }) }),
    );
    const steps = fc.array(step, { minLength: 1, maxLength: 12 });
    const property = fc.asyncProperty(steps, fc.string({ minLength: 1 }), async (plan, seed) => {
      const log = await logOf(plan, seed);
      expect(await logOf(plan, seed)).toEqual(log);
      expect(new Set(uidsIn(log)).size).toBe(uidsIn(log).length);
    });
    await fc.assert(property, { numRuns: 8, seed: 42 });
  });
});
