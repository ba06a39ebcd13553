import { expect, it } from '@jest/globals';
import { type corev1, EndpointSlice, Endpoints, Pod } from '#api';
import { ClusterFaults } from '#cluster';
import { openCluster } from './story.js';

const NAME = 'kubernetes';
const ALL = ['192.168.0.10', '192.168.0.11', '192.168.0.12'];
const OTHERS = ALL.slice(1);

async function start(nodes = { count: 4, controlPlanes: 3 }) {
  const cluster = await openCluster({ nodes: { ...nodes, cpu: '4', memory: '8Gi', pods: 110 } });
  const { client, settle, advance, api } = cluster;
  await settle();
  /** The addresses in the Endpoints and in the EndpointSlice. */
  const listed = async () => {
    const { subsets = [] } = await client.get(Endpoints, NAME, 'default');
    const { endpoints = [] } = await client.get(EndpointSlice, NAME, 'default');
    return [subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)), endpoints.flatMap(({ addresses }) => addresses)];
  };
  /** What a pod gets that connects to the Service. */
  const connected = async (name: string) => {
    const pod: corev1.Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'nc -z -w 3 $KUBERNETES_SERVICE_HOST 443 && echo reached'] }],
      },
    };
    await client.create(Pod, pod);
    await settle();
    await advance(5_000);
    return (await client.get(Pod, name, 'default')).status?.phase;
  };
  return { ...cluster, faults: new ClusterFaults(api), listed, connected };
}

it('kubernetes-endpoints: nothing is written while all API servers are up', async () => {
  const { advance, listed, api } = await start();
  const before = await api.cluster.store.revision();
  await advance(600_000);
  expect([await listed(), await api.cluster.store.revision()]).toEqual([[ALL, ALL], before]);
});

it('kubernetes-endpoints: an API server that is stopped takes itself off the list, and is back when it starts again', async () => {
  const { settle, faults, listed } = await start();
  const { id } = await faults.inject({ type: 'stop', component: 'kube-apiserver', node: 'control-plane' });
  await settle();
  expect(await listed()).toEqual([OTHERS, OTHERS]);
  await faults.heal(id);
  await settle();
  expect(await listed()).toEqual([ALL, ALL]);
});

it.each([
  ['crashes', { type: 'crash', component: 'kube-apiserver', node: 'control-plane' }],
  ['hangs', { type: 'pause', component: 'kube-apiserver', node: 'control-plane' }],
  ['is on a node that is off', { type: 'stop', node: 'control-plane' }],
] as const)('kubernetes-endpoints: an API server that %s is taken off when its key in etcd has expired', async (_, request) => {
  const { settle, advance, faults, listed } = await start();
  await advance(25_000);
  await faults.inject(request);
  await settle();
  await advance(14_000);
  expect(await listed()).toEqual([ALL, ALL]);
  await advance(2_000);
  expect(await listed()).toEqual([OTHERS, OTHERS]);
});

it('kubernetes-endpoints: what somebody deletes or changes comes back', async () => {
  const { client, settle, listed } = await start();
  await client.delete(Endpoints, NAME, 'default');
  await client.patch(EndpointSlice, NAME, 'default', 'merge', { endpoints: [] });
  await settle();
  expect(await listed()).toEqual([ALL, ALL]);
});

it('kubernetes-endpoints: connections of pods to the Service go to an API server that is up', async () => {
  const { faults, connected, advance } = await start();
  expect(await connected('a')).toBe('Succeeded');
  await faults.inject({ type: 'crash', component: 'kube-apiserver', node: 'control-plane' });
  await advance(30_000);
  expect(await connected('b')).toBe('Succeeded');
});
