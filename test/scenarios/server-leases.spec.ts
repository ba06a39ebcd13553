import { expect, it } from '@jest/globals';
import { Lease } from '#api';
import { ClusterFaults } from '#cluster';
import { serverLeaseName } from '#component-helpers';
import { openCluster } from './story.js';

const NAMESPACE = 'kube-system';
async function start() {
  const cluster = await openCluster({ nodes: { count: 3, controlPlanes: 2, cpu: '4', memory: '8Gi', pods: 110 } });
  await cluster.settle();
  const leases = async () => {
    const { items } = await cluster.client.list(Lease, { namespace: NAMESPACE, labelSelector: 'apiserver.kubernetes.io/identity' });
    return Object.fromEntries(items.map(({ metadata, spec }) => [metadata.labels?.['kubernetes.io/hostname'], spec?.renewTime]));
  };
  return { ...cluster, faults: new ClusterFaults(cluster.api), leases };
}

it('apiserver-leases: each kube-apiserver has a Lease that tells its identity, and renews it though nothing is written', async () => {
  const { client, advance, leases, api } = await start();
  const name = serverLeaseName('control-plane');
  const { metadata, spec } = await client.get(Lease, name, NAMESPACE);
  const { labels, annotations } = metadata;
  expect({ labels, annotations, spec }).toEqual({
    labels: { 'apiserver.kubernetes.io/identity': 'kube-apiserver', 'kubernetes.io/hostname': 'control-plane' },
    annotations: { 'kubernetes.io/peer-advertise-address': '192.168.0.10:6443' },
    spec: {
      holderIdentity: expect.stringMatching(`^${name}_[0-9a-f-]{36}$`),
      leaseDurationSeconds: 3600,
      renewTime: '2026-01-01T00:00:00.000000Z',
    },
  });
  const before = await api.cluster.store.revision();
  await advance(7_205_000);
  expect(await leases()).toEqual({
    'control-plane': '2026-01-01T02:00:00.000000Z',
    'control-plane-2': '2026-01-01T02:00:00.000000Z',
  });
  expect(await api.cluster.store.revision()).toBe(before);
});

it('kube-apiserver: a Lease that somebody deletes comes back', async () => {
  const { client, settle, leases } = await start();
  await client.delete(Lease, serverLeaseName('control-plane'), NAMESPACE);
  await settle();
  expect(Object.keys(await leases())).toEqual(['control-plane', 'control-plane-2']);
});

it('kube-apiserver: one that stops removes its Lease, and makes one when it starts again', async () => {
  const { settle, advance, faults, leases } = await start();
  const { id } = await faults.inject({ type: 'stop', component: 'kube-apiserver', node: 'control-plane-2' });
  await settle();
  expect(Object.keys(await leases())).toEqual(['control-plane']);
  await advance(60_000);
  await faults.heal(id);
  await settle();
  expect(await leases()).toEqual({ 'control-plane': '2026-01-01T00:01:00.000000Z', 'control-plane-2': '2026-01-01T00:01:00.000000Z' });
});

it('kube-apiserver: the Lease of one that is silent is collected after an hour, and is back with the server', async () => {
  const { settle, advance, faults, leases } = await start();
  await advance(5_000);
  // Its kubelet would restart it.
  await faults.inject({ type: 'stop', component: 'kubelet', node: 'control-plane-2' });
  const { id } = await faults.inject({ type: 'pause', component: 'kube-apiserver', node: 'control-plane-2' });
  await settle();
  await advance(3_590_000);
  expect((await leases())['control-plane-2']).toBe('2026-01-01T00:00:00.000001Z');
  await advance(10_000);
  expect(Object.keys(await leases())).toEqual(['control-plane']);
  await faults.heal(id);
  await settle();
  expect((await leases())['control-plane-2']).toBe('2026-01-01T01:00:05.000000Z');
});

it('kube-apiserver: one that crashes leaves its Lease, and replaces it by one of its own when it starts again', async () => {
  const { client, settle, advance, faults, leases } = await start();
  const holder = async () => (await client.get(Lease, serverLeaseName('control-plane-2'), NAMESPACE)).spec?.holderIdentity;
  const before = await holder();
  await advance(25_000);
  const { id } = await faults.inject({ type: 'crash', component: 'kube-apiserver', node: 'control-plane-2' });
  await settle();
  expect([(await leases())['control-plane-2'], await holder()]).toEqual(['2026-01-01T00:00:20.000001Z', before]);
  await advance(60_000);
  await faults.heal(id);
  await settle();
  expect([(await leases())['control-plane-2'], (await holder()) === before]).toEqual(['2026-01-01T00:01:25.000000Z', false]);
});

it('kube-apiserver: one that hangs and is continued keeps its identity; killed by its kubelet, it has another', async () => {
  const { client, settle, advance, faults } = await start();
  const holder = async () => (await client.get(Lease, serverLeaseName('control-plane-2'), NAMESPACE)).spec?.holderIdentity;
  const before = await holder();
  const { id } = await faults.inject({ type: 'pause', component: 'kube-apiserver', node: 'control-plane-2' });
  await advance(30_000);
  await faults.heal(id);
  await settle();
  expect(await holder()).toBe(before);
  await faults.inject({ type: 'pause', component: 'kube-apiserver', node: 'control-plane-2' });
  await advance(180_000);
  expect([await faults.list(), (await holder()) === before]).toEqual([[], false]);
});
