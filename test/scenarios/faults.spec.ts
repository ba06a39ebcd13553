import { expect, test } from '@jest/globals';
import { type appsv1, Deployment, Pod, ReplicaSet } from '#api';
import { ClusterFaults } from '#cluster';
import { openCluster } from './story.js';

const web: appsv1.Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
  },
};

async function faulty() {
  const cluster = await openCluster();
  const faults = new ClusterFaults(cluster.api);
  const sets = async () => (await cluster.client.list(ReplicaSet, { namespace: 'default' })).items.length;
  /** Phase and node of each pod. */
  const pods = async () =>
    (await cluster.client.list(Pod, { namespace: 'default' })).items
      .map(({ spec, status }) => `${status?.phase} ${spec?.nodeName ?? '-'}`)
      .sort();
  return { ...cluster, faults, sets, pods };
}

test.each([
  ['stop', 3_600_000],
  ['pause', 100_000],
] as const)('kube-controller-manager: %s, and its controllers do nothing until it is healed', async (type, duration) => {
  const { client, settle, advance, faults, sets, pods } = await faulty();
  const fault = await faults.inject({ type, component: 'kube-controller-manager' });
  expect(fault).toMatchObject({ id: 'fault-1', type, component: 'kube-controller-manager', since: Date.parse('2026-01-01T00:00:00Z') });
  await client.create(Deployment, web);
  await advance(duration);
  expect(await sets()).toBe(0);
  expect(await faults.heal(fault.id)).toBe(true);
  await settle();
  expect([await sets(), await pods()]).toEqual([1, ['Running worker-1', 'Running worker-2']]);
  expect([await faults.list(), await faults.heal(fault.id)]).toEqual([[], false]);
});

test('without kube-scheduler pods stay pending, and are bound when it is back', async () => {
  const { client, settle, advance, faults, pods } = await faulty();
  const { id } = await faults.inject({ type: 'stop', component: 'kube-scheduler' });
  await client.create(Deployment, web);
  await advance(60_000);
  expect(await pods()).toEqual(['Pending -', 'Pending -']);
  await faults.heal(id);
  await settle();
  expect(await pods()).toEqual(['Running worker-1', 'Running worker-2']);
});

test.each([
  ['its kubelet', { type: 'stop', component: 'kubelet', node: 'worker-1' }],
  ['the whole node', { type: 'stop', node: 'worker-1' }],
] as const)('pods that are bound to a node are not started while %s is down', async (_, request) => {
  const { client, settle, advance, faults, pods } = await faulty();
  const { id } = await faults.inject(request);
  await client.create(Deployment, web);
  await advance(10_000);
  expect(await pods()).toEqual(['Pending worker-1', 'Running worker-2']);
  await faults.heal(id);
  await settle();
  expect(await pods()).toEqual(['Running worker-1', 'Running worker-2']);
});

test.each([
  [{ type: 'stop' }, 'a component or a node must be named'],
  [{ type: 'stop', component: 'kubelet' }, 'the node of the kubelet must be named'],
  [{ type: 'stop', component: 'kubelet', node: 'nowhere' }, 'there is no node nowhere'],
  [{ type: 'stop', component: 'kube-scheduler', node: 'worker-1' }, 'kube-scheduler does not run on worker-1'],
  [{ type: 'pause', node: 'worker-1' }, 'pause is not supported for a node'],
  [{ type: 'stop', node: 'worker-1', peer: 'worker-2' }, 'only a cut has a peer'],
  [{ type: 'cut' }, 'the node to cut off must be named'],
  [{ type: 'cut', node: 'worker-1', peer: 'worker-1' }, 'a node cannot be cut off from itself'],
  [{ type: 'cut', component: 'kubelet', node: 'worker-1' }, 'nodes are cut off, not components'],
] as const)('a fault that nothing would feel is refused: %j', async (request, message) => {
  const { faults } = await faulty();
  await expect(faults.inject(request)).rejects.toThrow(message);
  expect(await faults.list()).toEqual([]);
});

test('a part has one fault at a time', async () => {
  const { faults } = await faulty();
  await faults.inject({ type: 'stop', component: 'kube-scheduler' });
  await expect(faults.inject({ type: 'pause', component: 'kube-scheduler' })).rejects.toThrow('fault-1 concerns the same part');
});
