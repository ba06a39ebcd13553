import { expect, it } from '@jest/globals';
import { Deployment, EndpointSlice, Event, Node, Service } from '#api';
import { openCluster } from './story.js';

const ZONE = 'topology.kubernetes.io/zone';
const MODE = 'service.kubernetes.io/topology-mode';

/** Two workers in zones of their own, and a Deployment with as many pods on each. */
async function start(more: { annotations?: Record<string, string>; trafficDistribution?: string } = {}) {
  const cluster = await openCluster();
  const { client, settle } = cluster;
  await client.patch(Node, 'worker-1', undefined, 'merge', { metadata: { labels: { [ZONE]: 'a' } } });
  await client.patch(Node, 'worker-2', undefined, 'merge', { metadata: { labels: { [ZONE]: 'b' } } });
  const labels = { app: 'web' };
  const constraint = { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: labels } };
  await client.create(Deployment, {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' } },
    spec: {
      replicas: 4,
      selector: { matchLabels: labels },
      template: {
        metadata: { name: '', labels },
        spec: { topologySpreadConstraints: [constraint], containers: [{ name: 'c', image: 'nginx' }] },
      },
    },
  });
  const { annotations, ...spec } = more;
  await client.create(Service, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default', annotations } },
    spec: { ...spec, selector: labels, ports: [{ port: 80 }] },
  });
  await settle();
  /** How many endpoints there are with each zone and hints. */
  const hints = async () => {
    const { items } = await client.list(EndpointSlice, { namespace: 'default', labelSelector: 'kubernetes.io/service-name=web' });
    const counts: Record<string, number> = {};
    for (const { zone, hints: given } of items.flatMap(({ endpoints = [] }) => endpoints)) {
      const names = [...(given?.forZones ?? []), ...(given?.forNodes ?? [])].map(({ name }) => name);
      const text = `${zone}: ${names.join(' ') || '-'}`;
      counts[text] = (counts[text] ?? 0) + 1;
    }
    return counts;
  };
  const events = async () =>
    (await client.list(Event, { namespace: 'default' })).items
      .filter(({ reason = '' }) => reason.startsWith('TopologyAware'))
      .map(({ type, reason, message, source }) => `${source?.component} ${type} ${reason}: ${message}`);
  return { ...cluster, hints, events };
}

it('endpoint-slice-controller: endpoints have hints for their zone, or their node, if the Service wants near ones', async () => {
  const { client, settle, hints, events } = await start({ trafficDistribution: 'PreferSameZone' });
  expect(await hints()).toEqual({ 'a: a': 2, 'b: b': 2 });
  await client.patch(Service, 'web', 'default', 'merge', { spec: { trafficDistribution: 'PreferSameNode' } });
  await settle();
  expect(await hints()).toEqual({ 'a: a worker-1': 2, 'b: b worker-2': 2 });
  await client.patch(Service, 'web', 'default', 'merge', { spec: { trafficDistribution: null } });
  await settle();
  expect([await hints(), await events()]).toEqual([{ 'a: -': 2, 'b: -': 2 }, []]);
});

it('endpoint-slice-controller: topology-mode Auto gives hints as long as zones have enough nodes and endpoints', async () => {
  const { client, settle, hints, events } = await start({ annotations: { [MODE]: 'Auto' } });
  expect(await hints()).toEqual({ 'a: a': 2, 'b: b': 2 });
  const source = 'endpoint-slice-controller';
  expect(await events()).toEqual([
    `${source} Warning TopologyAwareHintsDisabled: Insufficient number of endpoints (0 endpoints, 2 zones), addressType: IPv4`,
    `${source} Normal TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, addressType: IPv4`,
  ]);
  await client.patch(Node, 'worker-2', undefined, 'merge', { metadata: { labels: { [ZONE]: 'a' } } });
  await settle();
  expect(await hints()).toEqual({ 'a: -': 4 });
  expect((await events()).at(-1)).toBe(
    `${source} Warning TopologyAwareHintsDisabled: Insufficient Node information: allocatable CPU or zone not specified on one or more nodes, addressType: IPv4`,
  );
});

it('endpoint-slice-controller: hints go with the annotation', async () => {
  const { client, settle, hints, events } = await start({ annotations: { [MODE]: 'Auto' } });
  await client.patch(Service, 'web', 'default', 'merge', { metadata: { annotations: null } });
  await settle();
  expect(await hints()).toEqual({ 'a: -': 2, 'b: -': 2 });
  expect(await events()).toContain(
    'endpoint-slice-controller Warning TopologyAwareHintsDisabled: Topology Aware Hints has been disabled, addressType: IPv4',
  );
});
