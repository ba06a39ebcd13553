import { type appsv1, Deployment, Event, Job, Namespace, Pod, type Resource, ResourceSlice } from '#api';
import { createLocalCluster } from './local.js';

const deployment = (replicas: number): appsv1.Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
  },
});

test('a new cluster has no work left', async () => {
  const cluster = await createLocalCluster();
  const before = await cluster.store.revision();
  await cluster.settle();
  expect(await cluster.store.revision()).toBe(before);
  const pods = await cluster.client.list(Pod);
  const ready = pods.items.filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'));
  expect([ready.length, pods.items.length]).toEqual([12, 12]);
  expect((await cluster.client.list(Event)).items).toEqual([]);
  expect((await cluster.client.list(Namespace)).items.map(({ metadata }) => [metadata.name, metadata.creationTimestamp])).toEqual([
    ['default', '2026-01-01T00:00:00Z'],
    ['kube-node-lease', '2026-01-01T00:00:00Z'],
    ['kube-public', '2026-01-01T00:00:00Z'],
    ['kube-system', '2026-01-01T00:00:00Z'],
  ]);
  cluster.close();
});

test('a Deployment is rolled out in simulated time, the same every time', async () => {
  const run = async () => {
    const cluster = await createLocalCluster({ profile: 'realistic', seed: 'a' });
    await cluster.client.create(Deployment, deployment(3));
    await cluster.settle();
    const phases = async () => (await cluster.client.list(Pod, { namespace: 'default' })).items.map(({ status }) => status?.phase);
    const first = await phases();
    await cluster.advance(10_000);
    const log = await cluster.client.list(Pod, { namespace: 'default' });
    const result = [first, await phases(), JSON.stringify(log)];
    cluster.close();
    return result;
  };
  const [first, second] = [await run(), await run()];
  expect(first.slice(0, 2)).toEqual([
    ['Pending', 'Pending', 'Pending'],
    ['Running', 'Running', 'Running'],
  ]);
  expect(second).toEqual(first);
});

test.each<[Resource, string]>([
  [Pod, 'field label not supported: spec.x'],
  [Job, 'field label "spec.x" not supported for Job'],
  [ResourceSlice, 'field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: spec.x'],
  [Deployment, '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
])('a field that is not selectable: %#', async (resource, message) => {
  const cluster = await createLocalCluster();
  await expect(cluster.client.list(resource, { fieldSelector: 'spec.x=1' })).rejects.toThrow(message);
  cluster.close();
});
