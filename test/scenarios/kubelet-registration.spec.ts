import { expect, it } from '@jest/globals';
import { CSINode, Event, Lease, Node, Pod } from '#api';
import { ClusterFaults, type LocalCluster } from '#cluster';
import { conditionOf } from '#component-helpers';
import { openCluster } from './story.js';

/** A cluster whose worker-1 has a label and a taint of its registration. */
async function start(): Promise<LocalCluster> {
  const cluster = await openCluster({
    nodes: {
      ...{ count: 2, cpu: '2', memory: '4Gi', pods: 50 },
      named: [
        { name: 'cp', role: 'control-plane' },
        { name: 'worker-1', role: 'worker', labels: { disk: 'ssd' }, taints: [{ key: 'gpu', effect: 'NoSchedule' }], memory: '16Gi' },
      ],
    },
  });
  await cluster.settle();
  return cluster;
}

const names = async ({ client }: LocalCluster): Promise<string[]> => (await client.list(Node)).items.map(({ metadata }) => metadata.name);

/** What its kubelet has said of a node, oldest first. */
async function said({ client }: LocalCluster, node: string): Promise<string[]> {
  const { items } = await client.list(Event);
  const about = items.filter(({ involvedObject, source }) => involvedObject.name === node && source?.component === 'kubelet');
  return about.map(({ reason = '' }) => reason).sort();
}

it('kubelet: a deleted Node is registered again when its kubelet restarts, and only then', async () => {
  const cluster = await start();
  const { client } = cluster;
  await client.patch(Node, 'worker-1', undefined, 'merge', { metadata: { labels: { team: 'a' } } });
  const before = await client.get(Node, 'worker-1');
  await client.delete(Node, 'worker-1');
  await cluster.advance(600_000);
  expect(await names(cluster)).toEqual(['cp']);
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', component: 'kubelet', node: 'worker-1' });
  await cluster.advance(60_000);
  expect(await names(cluster)).toEqual(['cp']);
  await faults.heal(id);
  await cluster.advance(60_000);
  const node = await client.get(Node, 'worker-1');
  const { team: _, ...labels } = before.metadata.labels ?? {};
  expect(node.metadata.uid).not.toBe(before.metadata.uid);
  expect(node.metadata.labels).toEqual(labels);
  expect(node.metadata.labels?.disk).toBe('ssd');
  expect(node.spec.taints).toEqual([{ key: 'gpu', effect: 'NoSchedule' }]);
  expect(node.spec.podCIDR).toMatch(/^10\.244\.\d+\.0\/24$/);
  expect(conditionOf(node.status?.conditions, 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  const { capacity, addresses, nodeInfo } = before.status ?? {};
  expect(node.status).toMatchObject({ capacity, addresses, nodeInfo });
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'worker-1', uid: node.metadata.uid };
  for (const object of [await client.get(Lease, 'worker-1', 'kube-node-lease'), await client.get(CSINode, 'worker-1')])
    expect(object.metadata.ownerReferences).toEqual([owner]);
  expect(await said(cluster, 'worker-1')).toEqual([
    'NodeAllocatableEnforced',
    'NodeHasNoDiskPressure',
    'NodeHasSufficientMemory',
    'NodeHasSufficientPID',
    'NodeReady',
    'Starting',
  ]);
  // Its DaemonSets' pods are back, and it stays heard of.
  await cluster.advance(600_000);
  const pods = (await client.list(Pod)).items.filter(({ spec }) => spec.nodeName === 'worker-1');
  expect(pods.map(({ metadata, status }) => `${metadata.generateName} ${status?.phase}`).sort()).toEqual([
    'kindnet- Running',
    'kube-proxy- Running',
  ]);
});

it('kubelet: a Node is not ready before its CSINode is made; a kubelet that is started again is ready with its first status', async () => {
  const cluster = await start();
  const { client } = cluster;
  const seen: string[] = [];
  const resourceVersion = String(await cluster.store.revision());
  const stop = await client.watch(
    Node,
    { resourceVersion },
    {
      event: ({ object }) => {
        const { status, reason, message } = conditionOf(object.status?.conditions, 'Ready') ?? {};
        const line = `${status} ${reason}: ${message}`;
        if (object.metadata.name === 'worker-1' && seen.at(-1) !== line) seen.push(line);
      },
      end: () => undefined,
    },
  );
  const faults = new ClusterFaults(cluster.api);
  const restart = async (down: number) => {
    const { id } = await faults.inject({ type: 'stop', component: 'kubelet', node: 'worker-1' });
    await cluster.advance(down);
    await faults.heal(id);
    await cluster.advance(60_000);
    return seen.splice(0);
  };
  const ready = 'True KubeletReady: kubelet is posting ready status';
  expect((await restart(10_000)).filter((line) => line !== ready)).toEqual([]);
  expect(await restart(120_000)).toEqual(['Unknown NodeStatusUnknown: Kubelet stopped posting node status.', ready]);
  await client.delete(Node, 'worker-1');
  await cluster.settle();
  seen.length = 0;
  expect(await restart(10_000)).toEqual(['False KubeletNotReady: CSINode is not yet initialized', ready]);
  stop();
});

it('kubelet: a Node that somebody creates for a machine gets the status of its running kubelet', async () => {
  const cluster = await start();
  const { client } = cluster;
  const { status } = await client.get(Node, 'worker-1');
  await client.delete(Node, 'worker-1');
  await cluster.advance(60_000);
  await client.create(Node, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' }, spec: {} });
  await cluster.advance(60_000);
  const node = await client.get(Node, 'worker-1');
  const { capacity, nodeInfo, addresses } = status ?? {};
  expect(node.status).toMatchObject({ capacity, nodeInfo, addresses });
  expect(conditionOf(node.status?.conditions, 'Ready')?.status).toBe('True');
});

it('kubelet: a control-plane node that registers again has neither the label nor the taint that kubeadm gave it', async () => {
  const cluster = await start();
  const { client } = cluster;
  await client.delete(Node, 'cp');
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', component: 'kubelet', node: 'cp' });
  await faults.heal(id);
  await cluster.advance(120_000);
  const { metadata, spec } = await client.get(Node, 'cp');
  expect([Object.keys(metadata.labels ?? {}).filter((name) => name.startsWith('node-role')), spec.taints]).toEqual([[], undefined]);
  const { items } = await client.list(Pod, { namespace: 'kube-system' });
  expect(
    items
      .filter(({ metadata: { name } }) => name.endsWith('-cp'))
      .map(({ metadata: { name } }) => name)
      .sort(),
  ).toEqual(['etcd-cp', 'kube-apiserver-cp', 'kube-controller-manager-cp', 'kube-scheduler-cp']);
});

it('kubelet: says that its node is cordoned and uncordoned, one that is down once it is back', async () => {
  const cluster = await start();
  const cordon = async (unschedulable: boolean) => {
    await cluster.client.patch(Node, 'worker-1', undefined, 'merge', { spec: { unschedulable } });
    await cluster.settle();
  };
  await cordon(true);
  expect(await said(cluster, 'worker-1')).toEqual(['NodeNotSchedulable']);
  await cordon(false);
  expect(await said(cluster, 'worker-1')).toEqual(['NodeNotSchedulable', 'NodeSchedulable']);
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', component: 'kubelet', node: 'cp' });
  await cluster.client.patch(Node, 'cp', undefined, 'merge', { spec: { unschedulable: true } });
  await cluster.settle();
  expect(await said(cluster, 'cp')).toEqual([]);
  await faults.heal(id);
  await cluster.settle();
  expect(await said(cluster, 'cp')).toEqual(expect.arrayContaining(['NodeAllocatableEnforced', 'NodeNotSchedulable', 'Starting']));
});
