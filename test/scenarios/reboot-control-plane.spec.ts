import { expect, it } from '@jest/globals';
import { Event, Node, Pod } from '#api';
import { ClusterFaults, type LocalCluster, NodeFiles } from '#cluster';
import { podOf, start, summary } from './pod-stories.js';

const COMPONENTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const nginx = { name: 'c', image: 'nginx:1.27' };

const components = async ({ client }: LocalCluster, node = 'control-plane'): Promise<string[]> => {
  const { items } = await client.list(Pod, { namespace: 'kube-system', labelSelector: 'tier=control-plane' });
  return items.filter(({ spec }) => spec.nodeName === node).map(summary);
};
const shown = async ({ client }: LocalCluster, name = 'web'): Promise<string> => summary(await client.get(Pod, name, 'default'));

/** The machine of a node of the control plane is off for half a minute. */
async function reboot(cluster: LocalCluster, node = 'control-plane', meanwhile?: () => Promise<unknown>): Promise<void> {
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', node });
  await cluster.advance(30_000);
  await meanwhile?.();
  await faults.heal(id);
  await cluster.advance(20_000);
}

it('kubelet: the control plane is restarted with its machine, and the pods of workers are not', async () => {
  const cluster = await start();
  const { client } = cluster;
  await client.create(Pod, podOf({ nodeName: 'worker-1', containers: [nginx] }));
  await cluster.advance(10_000);
  const before = (await client.get(Node, 'control-plane')).status?.nodeInfo?.bootID;
  await reboot(cluster);
  expect(await components(cluster)).toEqual(COMPONENTS.map((name) => `Running ${name}=running+ready*1`));
  expect(await shown(cluster)).toBe('Running c=running+ready');
  const { status } = await client.get(Node, 'control-plane');
  expect(status?.nodeInfo?.bootID).not.toBe(before);
  const { items } = await client.list(Event, { fieldSelector: 'reason=Rebooted' });
  expect(items.map(({ message, count }) => [message, count])).toEqual([
    [`Node control-plane has been rebooted, boot id: ${status?.nodeInfo?.bootID}`, 1],
  ]);
  await client.create(Pod, podOf({ containers: [nginx] }, 'next'));
  await cluster.advance(10_000);
  expect(await shown(cluster, 'next')).toBe('Running c=running+ready');
});

it('kubelet: of a control plane of several machines that is restarted which was off', async () => {
  const cluster = await start({ nodes: { count: 4, controlPlanes: 3, cpu: '4', memory: '8Gi', pods: 110 } });
  await reboot(cluster, 'control-plane-2');
  expect(await components(cluster)).toEqual(COMPONENTS.map((name) => `Running ${name}=running+ready`));
  expect(await components(cluster, 'control-plane-2')).toEqual(COMPONENTS.map((name) => `Running ${name}=running+ready*1`));
  const { members } = await new ClusterFaults(cluster.api).etcd();
  expect(members.map(({ role }) => role).sort()).toEqual(['follower', 'follower', 'leader']);
});

it('kubelet: a static pod whose manifest was removed while its machine was off is gone afterwards', async () => {
  const cluster = await start();
  const files = await NodeFiles.of(cluster.api);
  await reboot(cluster, 'control-plane', () => files.remove('/etc/kubernetes/manifests/kube-scheduler.yaml'));
  expect(await components(cluster)).toEqual(COMPONENTS.slice(0, 3).map((name) => `Running ${name}=running+ready*1`));
});

it('kubelet: a component that was paused runs again with its machine', async () => {
  const cluster = await start();
  const faults = new ClusterFaults(cluster.api);
  await faults.inject({ type: 'pause', component: 'kube-scheduler' });
  await reboot(cluster);
  expect(await faults.list()).toEqual([]);
  await cluster.client.create(Pod, podOf({ containers: [nginx] }));
  await cluster.advance(20_000);
  expect(await shown(cluster)).toBe('Running c=running+ready');
});
