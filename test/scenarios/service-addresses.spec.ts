import { expect, it } from '@jest/globals';
import { Event, IPAddress, Service, ServiceCIDR } from '#api';
import { openCluster } from './story.js';

const IP = '10.96.3.3';

async function start() {
  const cluster = await openCluster();
  await cluster.client.create(Service, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' } },
    spec: { clusterIP: IP, ports: [{ port: 80 }] },
  });
  await cluster.settle();
  const warnings = async () =>
    (await cluster.client.list(Event)).items
      .filter(({ reportingComponent }) => reportingComponent === 'ipallocator-repair-controller')
      .map(({ involvedObject, reason, message, action }) => [involvedObject.kind, reason, action, message]);
  const address = async () =>
    cluster.client.get(IPAddress, IP).then(
      ({ metadata, spec }) => [metadata.labels, spec?.parentRef],
      () => undefined,
    );
  return { ...cluster, warnings, address };
}

const KUBECTL = { fieldManager: 'kubectl' };
const LABELS = { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' };
const HELD = [LABELS, { resource: 'services', namespace: 'default', name: 'web' }];

it('ipallocator-repair-controller: the IPAddress of a Service comes and goes with it', async () => {
  const { client, settle, address, warnings } = await start();
  expect(await address()).toEqual(HELD);
  await client.delete(Service, 'web', 'default');
  await settle();
  expect([await address(), await warnings()]).toEqual([undefined, []]);
});

it('ipallocator-repair-controller: an IPAddress that somebody deletes is made again', async () => {
  const { client, settle, address, warnings } = await start();
  await client.delete(IPAddress, IP);
  await settle();
  expect(await address()).toEqual(HELD);
  const message = `Cluster IP [IPv4]: ${IP} is not allocated; repairing`;
  expect(await warnings()).toEqual([['Service', 'ClusterIPNotAllocated', 'ClusterIPAllocation', message]]);
});

it('ipallocator-repair-controller: an IPAddress that has lost its labels is made again', async () => {
  const { client, settle, address, warnings } = await start();
  await client.patch(IPAddress, IP, undefined, 'merge', { metadata: { labels: null } }, KUBECTL);
  await settle();
  expect([await address(), await warnings()]).toEqual([HELD, []]);
});

it('ipallocator-repair-controller, ipaddress-repair: an IPAddress of no Service is removed after a minute', async () => {
  const { client, settle, advance, warnings } = await start();
  const leaked = '10.96.9.9';
  const orphan = {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress' },
    metadata: { name: leaked, labels: LABELS },
    spec: { parentRef: { resource: 'services', namespace: 'default', name: 'nobody' } },
  };
  await client.create(IPAddress, orphan, KUBECTL);
  await settle();
  await advance(59_000);
  expect((await client.get(IPAddress, leaked)).metadata.name).toBe(leaked);
  await advance(2_000);
  await expect(client.get(IPAddress, leaked)).rejects.toThrow('not found');
  const message = `IPAddress: ${leaked} for Service default/nobody appears to have leaked: cleaning up`;
  expect(await warnings()).toEqual([['IPAddress', 'IPAddressNotAllocated', 'IPAddressAllocation', message]]);
});

it('ipallocator-repair-controller: a Service outside of all ranges is reported', async () => {
  const { client, settle, advance, warnings } = await start();
  const range = {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'more' } },
    spec: { cidrs: ['10.9.0.0/24'] },
  };
  await client.create(ServiceCIDR, range);
  await settle();
  await client.create(Service, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'far', namespace: 'default' } },
    spec: { clusterIP: '10.9.0.9', ports: [{ port: 80 }] },
  });
  await client.delete(ServiceCIDR, 'more');
  await advance(20_000);
  await client.patch(ServiceCIDR, 'more', undefined, 'merge', { metadata: { finalizers: null } });
  await settle();
  const message = 'Cluster IP [IPv4]: 10.9.0.9 is not within any configured Service CIDR; please recreate service';
  expect(await warnings()).toEqual([['Service', 'ClusterIPOutOfRange', 'ClusterIPAllocation', message]]);
});
