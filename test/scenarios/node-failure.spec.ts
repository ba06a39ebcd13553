import { expect, it } from '@jest/globals';
import { type corev1, Deployment, Event, Lease, Node, Pod } from '#api';
import { formatMicroTime, formatTime } from '#apimachinery';
import { ClusterFaults, type LocalCluster } from '#cluster';
import { deploymentOf } from '../cluster-api.js';
import { openCluster } from './story.js';

async function start(): Promise<LocalCluster> {
  const cluster = await openCluster();
  await cluster.settle();
  return cluster;
}

/** Registers a machine whose kubelet is not simulated: only what this test writes in its name is heard of it. */
async function join({ client, settle }: LocalCluster, name: string): Promise<void> {
  await client.create(Node, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/os': 'linux' } }, spec: {} });
  await settle();
}

/** The kubelet of such a machine says that it is well. */
async function report({ client, clock, settle }: LocalCluster, name: string): Promise<void> {
  const time = formatTime(clock.now());
  const well: ReadonlyArray<[string, string]> = [
    ['Ready', 'True'],
    ['MemoryPressure', 'False'],
    ['DiskPressure', 'False'],
    ['PIDPressure', 'False'],
  ];
  const conditions = well.map(([type, status]) => ({ type, status, lastHeartbeatTime: time, lastTransitionTime: time }));
  const room = { cpu: '4', memory: '8Gi', pods: '110' };
  const status = { conditions, capacity: room, allocatable: room };
  await client.patch(Node, name, undefined, 'merge', { status }, { subresource: 'status' });
  await settle();
}

/** It renews its lease. */
async function renew({ client, clock, settle }: LocalCluster, name: string): Promise<void> {
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: formatMicroTime(clock.now()) };
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease' }, spec };
  const exists = await client.get(Lease, name, 'kube-node-lease').catch(() => undefined);
  if (exists) await client.update(Lease, { ...exists, spec: { ...exists.spec, ...spec } });
  else await client.create(Lease, lease);
  await settle();
}

/** A pod that is bound to a node and ready there. */
async function place({ client, settle }: LocalCluster, name: string, nodeName: string, spec: Partial<corev1.PodSpec> = {}): Promise<void> {
  await client.create(Pod, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } },
    spec: { nodeName, containers: [{ name: 'c', image: 'nginx' }], ...spec },
  });
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] };
  await client.patch(Pod, name, 'default', 'merge', { status }, { subresource: 'status' });
  await settle();
}

const shown = ({ key, effect, timeAdded }: corev1.Taint): string =>
  `${key.replace('node.kubernetes.io/', '')}:${effect}${timeAdded ? ` since ${timeAdded.slice(11, 19)}` : ''}`;

/** The node as its Ready condition and its taints. */
async function node({ client }: LocalCluster, name: string): Promise<string[]> {
  const { spec, status } = await client.get(Node, name);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return [`${ready?.status ?? 'none'} ${ready?.reason ?? ''}`.trim(), ...(spec?.taints ?? []).map(shown)];
}

/** The events of a reason in the order of their times: `object: message`. */
async function events({ client }: LocalCluster, ...reasons: string[]): Promise<string[]> {
  const { items } = await client.list(Event);
  return items
    .filter(({ reason = '', involvedObject }) => reasons.includes(reason) && involvedObject.namespace !== 'kube-system')
    .map(({ involvedObject, source, type, message }) => `${source?.component} ${type} ${involvedObject.name}: ${message}`)
    .sort();
}

async function pods({ client }: LocalCluster): Promise<string[]> {
  const { items } = await client.list(Pod, { namespace: 'default' });
  return items.map(({ metadata, status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    const target = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    const leaving = metadata.deletionTimestamp === undefined ? '' : ' Terminating';
    return `${metadata.name} ready=${ready}${leaving}${target ? ` ${target.reason}: ${target.message}` : ''}`;
  });
}

it('a node that never reports is Unknown after a minute, and tainted', async () => {
  const cluster = await start();
  await join(cluster, 'silent');
  expect(await node(cluster, 'silent')).toEqual(['none']);
  expect((await cluster.client.get(Node, 'silent')).metadata.labels).toEqual({
    'kubernetes.io/os': 'linux',
    'beta.kubernetes.io/os': 'linux',
  });
  await cluster.advance(60_000);
  expect(await node(cluster, 'silent')).toEqual(['none']);
  await cluster.advance(10_000);
  expect(await node(cluster, 'silent')).toEqual([
    'Unknown NodeStatusNeverUpdated',
    'unreachable:NoSchedule since 00:01:05',
    'unreachable:NoExecute since 00:01:05',
  ]);
  await cluster.client.delete(Node, 'silent');
  await cluster.settle();
  expect(await events(cluster, 'RegisteredNode', 'RemovingNode', 'NodeNotReady')).toEqual([
    'node-controller Normal silent: Node silent event: Registered Node silent in Controller',
    'node-controller Normal silent: Node silent event: Removing Node silent from Controller',
  ]);
});

it('node-controller: a node that stops reporting is Unknown after the grace period, and its pods are evicted five minutes later', async () => {
  const cluster = await start();
  await join(cluster, 'edge');
  await report(cluster, 'edge');
  await place(cluster, 'web', 'edge');
  await place(cluster, 'agent', 'edge', { tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] });
  for (let times = 0; times < 6; times += 1) {
    await cluster.advance(10_000);
    await renew(cluster, 'edge');
  }
  expect([await node(cluster, 'edge'), await pods(cluster)]).toEqual([['True'], ['agent ready=True', 'web ready=True']]);

  await cluster.advance(60_000);
  expect(await node(cluster, 'edge')).toEqual([
    'Unknown NodeStatusUnknown',
    'unreachable:NoSchedule since 00:01:55',
    'unreachable:NoExecute since 00:01:55',
  ]);
  expect(await pods(cluster)).toEqual(['agent ready=False', 'web ready=False']);
  expect(await events(cluster, 'NodeNotReady')).toEqual([
    'node-controller Normal edge: Node edge status is now: NodeNotReady',
    'node-controller Warning agent: Node is not ready',
    'node-controller Warning web: Node is not ready',
  ]);

  await cluster.advance(294_000);
  expect(await pods(cluster)).toEqual(['agent ready=False', 'web ready=False']);
  await cluster.advance(2_000);
  expect(await pods(cluster)).toEqual([
    'agent ready=False',
    'web ready=False Terminating DeletionByTaintManager: Taint manager: deleting due to NoExecute taint',
  ]);
  expect(await events(cluster, 'TaintManagerEviction')).toEqual([
    'taint-eviction-controller Normal web: Marking for deletion Pod default/web',
  ]);

  // No kubelet ends the pod, so it stays until the node is said to be out of service.
  await cluster.advance(3_600_000);
  expect((await pods(cluster)).length).toBe(2);
  const { spec } = await cluster.client.get(Node, 'edge');
  const taints = [...(spec?.taints ?? []), { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }];
  await cluster.client.patch(Node, 'edge', undefined, 'merge', { spec: { taints } });
  await cluster.settle();
  expect(await pods(cluster)).toEqual(['agent ready=False']);
});

it('a node that is back in time keeps its pods', async () => {
  const cluster = await start();
  await join(cluster, 'edge');
  await report(cluster, 'edge');
  await place(cluster, 'web', 'edge');
  await cluster.advance(120_000);
  expect((await node(cluster, 'edge'))[0]).toBe('Unknown NodeStatusUnknown');
  await report(cluster, 'edge');
  expect([await node(cluster, 'edge'), await events(cluster, 'TaintManagerEviction')]).toEqual([
    ['True'],
    ['taint-eviction-controller Normal web: Cancelling deletion of Pod default/web'],
  ]);
  await cluster.advance(40_000);
  expect(await pods(cluster)).toEqual(['web ready=False']);
});

it('of several nodes of a zone that stop, one is tainted every ten seconds; when nothing is left, none', async () => {
  const cluster = await start();
  const names = ['edge-a', 'edge-b'];
  for (const name of names) await join(cluster, name);
  for (const name of names) await report(cluster, name);
  await cluster.advance(60_000);
  const noExecute = async () => {
    const { items } = await cluster.client.list(Node);
    return items.flatMap(({ metadata, spec }) =>
      (spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute').map((taint) => `${metadata.name} ${shown(taint)}`),
    );
  };
  expect(await noExecute()).toEqual(['edge-a unreachable:NoExecute since 00:00:55']);
  await cluster.advance(10_000);
  expect(await noExecute()).toEqual(['edge-a unreachable:NoExecute since 00:00:55', 'edge-b unreachable:NoExecute since 00:01:05']);
});

it('pods of a node that was removed are failed and deleted after a while', async () => {
  const cluster = await start();
  await join(cluster, 'edge');
  await report(cluster, 'edge');
  await place(cluster, 'web', 'edge');
  await cluster.client.delete(Node, 'edge');
  await cluster.advance(30_000);
  expect(await pods(cluster)).toEqual(['web ready=True']);
  await cluster.advance(15_000);
  expect(await pods(cluster)).toEqual([]);
});

it('taint-eviction-controller: pods of a node that is tainted are evicted at once, after their time, or not at all', async () => {
  const cluster = await start();
  const toleration = { key: 'maintenance', operator: 'Exists', effect: 'NoExecute' };
  const create = (name: string, tolerations: corev1.Toleration[]) =>
    cluster.client.create(Pod, {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } },
      spec: { nodeName: 'worker-1', tolerations, containers: [{ name: 'c', image: 'nginx' }] },
    });
  await create('never', []);
  await create('soon', [{ ...toleration, tolerationSeconds: 60 }]);
  await create('always', [toleration]);
  await cluster.settle();
  const taint = (taints: corev1.Taint[] | null) => cluster.client.patch(Node, 'worker-1', undefined, 'merge', { spec: { taints } });
  await taint([{ key: 'maintenance', effect: 'NoExecute' }]);
  await cluster.settle();
  await cluster.advance(30_000);
  expect(await pods(cluster)).toEqual(['always ready=True', 'soon ready=True']);
  await taint(null);
  await cluster.settle();
  await cluster.advance(60_000);
  expect(await pods(cluster)).toEqual(['always ready=True', 'soon ready=True']);
  await taint([{ key: 'maintenance', effect: 'NoExecute' }]);
  await cluster.advance(90_000);
  expect(await pods(cluster)).toEqual(['always ready=True']);
  expect(await events(cluster, 'TaintManagerEviction')).toEqual(
    [
      ...['never', 'soon'].map((name) => `taint-eviction-controller Normal ${name}: Marking for deletion Pod default/${name}`),
      'taint-eviction-controller Normal soon: Cancelling deletion of Pod default/soon',
    ].sort(),
  );
});

it('a drained zone: a Deployment moves away from a node with a NoExecute taint', async () => {
  const cluster = await start();
  const web = deploymentOf('web', 6);
  await cluster.client.create(Deployment, { ...web, metadata: { ...web.metadata, namespace: 'default' } });
  await cluster.settle();
  await cluster.client.patch(Node, 'worker-1', undefined, 'merge', { spec: { taints: [{ key: 'broken', effect: 'NoExecute' }] } });
  await cluster.advance(60_000);
  const { items } = await cluster.client.list(Pod, { namespace: 'default' });
  expect(items.map(({ spec, status }) => `${spec.nodeName} ${status?.phase}`)).toEqual(Array(6).fill('worker-2 Running'));
});

it('a kubelet that is stopped: its node is Unknown, its pods are replaced elsewhere; when it is back all is well', async () => {
  const cluster = await start();
  const { client } = cluster;
  const web = deploymentOf('web', 4);
  await client.create(Deployment, { ...web, metadata: { ...web.metadata, namespace: 'default' } });
  await cluster.advance(12_000);
  const placed = async () =>
    (await client.list(Pod, { namespace: 'default' })).items
      .map(({ metadata, spec, status }) => `${spec.nodeName} ${status?.phase}${metadata.deletionTimestamp ? ' Terminating' : ''}`)
      .sort();
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', component: 'kubelet', node: 'worker-1' });
  await cluster.advance(60_000);
  const renewTime = (await client.get(Lease, 'worker-1', 'kube-node-lease')).spec?.renewTime;
  expect([await node(cluster, 'worker-1'), renewTime, (await pods(cluster)).filter((line) => line.includes('ready=False')).length]).toEqual(
    [
      ['Unknown NodeStatusUnknown', 'unreachable:NoSchedule since 00:01:05', 'unreachable:NoExecute since 00:01:05'],
      '2026-01-01T00:00:10.000001Z',
      2,
    ],
  );
  await cluster.advance(300_000);
  expect(await placed()).toEqual(['worker-1 Running Terminating', 'worker-1 Running Terminating', ...Array(4).fill('worker-2 Running')]);
  await faults.heal(id);
  await cluster.advance(60_000);
  expect([await node(cluster, 'worker-1'), await placed()]).toEqual([['True KubeletReady'], Array(4).fill('worker-2 Running')]);
  expect((await client.get(Lease, 'worker-1', 'kube-node-lease')).spec?.renewTime).toBe('2026-01-01T00:07:12.000000Z');
  const system = (await client.list(Pod, { namespace: 'kube-system' })).items.filter(({ spec }) => spec.nodeName === 'worker-1');
  const ready = system.map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status);
  expect(ready).toEqual(ready.map(() => 'True'));
  expect(await events(cluster, 'NodeReady')).toEqual(['kubelet Normal worker-1: Node worker-1 status is now: NodeReady']);
  const said = (await client.list(Event)).items.filter(
    ({ involvedObject, source }) => involvedObject.kind === 'Node' && source?.component === 'kubelet',
  );
  expect(said.map(({ reason, message, involvedObject }) => `${reason} ${involvedObject.uid}: ${message}`).sort()).toEqual([
    'NodeAllocatableEnforced worker-1: Updated Node Allocatable limit across pods',
    'NodeHasNoDiskPressure worker-1: Node worker-1 status is now: NodeHasNoDiskPressure',
    'NodeHasSufficientMemory worker-1: Node worker-1 status is now: NodeHasSufficientMemory',
    'NodeHasSufficientPID worker-1: Node worker-1 status is now: NodeHasSufficientPID',
    'NodeReady worker-1: Node worker-1 status is now: NodeReady',
    'Starting worker-1: Starting kubelet.',
  ]);
});
