import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { type corev1, Event, Node, Pod } from '#api';
import { ClusterFaults, type LocalCluster, NodeFiles } from '#cluster';
import { podOf, start, summary } from './pod-stories.js';

const configuration = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  shutdownGracePeriod: '30s',
  shutdownGracePeriodCriticalPods: '10s',
};

/** Ends five seconds after SIGTERM. */
const slow: corev1.Container = {
  name: 'c',
  image: 'busybox:1.36',
  command: ['sh', '-c', 'trap "sleep 5; exit 0" TERM; while true; do sleep 1; done'],
};

async function configured(): Promise<LocalCluster> {
  const cluster = await start();
  const files = await NodeFiles.of(cluster.api, 'worker-1');
  await files.write('/var/lib/kubelet/config.yaml', stringify(configuration));
  return cluster;
}

const ready = async ({ client }: LocalCluster): Promise<string> => {
  const { status } = await client.get(Node, 'worker-1');
  const found = status?.conditions?.find(({ type }) => type === 'Ready');
  return `${found?.status} ${found?.reason}: ${found?.message}`;
};

const shown = async ({ client }: LocalCluster, name: string): Promise<string> => summary(await client.get(Pod, name, 'default'));

it('kubelet: a node that is shut down stops its pods by priority, then goes off; healed, it is up again', async () => {
  const cluster = await configured();
  const { client } = cluster;
  await client.create(Pod, podOf({ nodeName: 'worker-1', containers: [slow] }, 'usual'));
  await client.create(Pod, podOf({ nodeName: 'worker-1', containers: [slow], priorityClassName: 'system-node-critical' }, 'critical'));
  await cluster.settle();
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'shutdown', node: 'worker-1' });
  await cluster.settle();
  expect([await ready(cluster), await shown(cluster, 'usual'), await shown(cluster, 'critical')]).toEqual([
    'False KubeletNotReady: node is shutting down',
    'Running c=running+ready',
    'Running c=running+ready',
  ]);

  // A new pod is rejected.
  await client.create(Pod, podOf({ nodeName: 'worker-1', containers: [slow] }, 'late'));
  await cluster.settle();
  const { status: late } = await client.get(Pod, 'late', 'default');
  expect([late?.phase, late?.reason, late?.message]).toEqual([
    'Failed',
    'NodeShutdown',
    'Pod was rejected: Pod was rejected as the node is shutting down.',
  ]);

  await cluster.advance(6_000);
  const { status: usual } = await client.get(Pod, 'usual', 'default');
  expect([usual?.phase, usual?.reason, usual?.message]).toEqual([
    'Failed',
    'Terminated',
    'Pod was terminated in response to imminent node shutdown.',
  ]);
  expect(usual?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'TerminationByKubelet',
  });
  await cluster.advance(6_000);
  expect(await shown(cluster, 'critical')).toBe('Failed Terminated c=Completed(0)');

  // The machine is off after 30 seconds; nothing is heard of it any more.
  await cluster.advance(90_000);
  expect(await ready(cluster)).toBe('Unknown NodeStatusUnknown: Kubelet stopped posting node status.');
  await faults.heal(id);
  await cluster.settle();
  expect(await ready(cluster)).toBe('True KubeletReady: kubelet is posting ready status');
  await client.create(Pod, podOf({ nodeName: 'worker-1', containers: [slow] }, 'next'));
  await cluster.settle();
  expect(await shown(cluster, 'next')).toBe('Running c=running+ready');
  const { items } = await client.list(Event, { namespace: 'default' });
  const said = items.filter(({ involvedObject }) => involvedObject.kind === 'Node' && involvedObject.name === 'worker-1');
  expect(said.map(({ reason, message }) => `${reason}: ${message}`)).toEqual(
    expect.arrayContaining([
      'NodeShutdown: Shutdown manager detected shutdown event',
      'NodeNotReady: Node worker-1 status is now: NodeNotReady',
    ]),
  );
});

it('kubelet: a shutdown that is cancelled leaves the node up', async () => {
  const cluster = await configured();
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'shutdown', node: 'worker-1' });
  await cluster.advance(10_000);
  await faults.heal(id);
  await cluster.settle();
  expect(await ready(cluster)).toBe('True KubeletReady: kubelet is posting ready status');
});

it('kubelet: a static pod that has ended with its machine runs again when that is up', async () => {
  const cluster = await configured();
  const files = await NodeFiles.of(cluster.api, 'worker-1');
  await files.write('/etc/kubernetes/manifests/web.yaml', stringify(podOf({ containers: [{ name: 'c', image: 'nginx:1.27' }] })));
  await cluster.settle();
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'shutdown', node: 'worker-1' });
  await cluster.advance(60_000);
  expect(await shown(cluster, 'web-worker-1')).toBe('Failed Terminated c=Completed(0)');
  await faults.heal(id);
  await cluster.advance(2_000);
  expect(await shown(cluster, 'web-worker-1')).toBe('Running c=running+ready');
});

it('kubelet: without shutdownGracePeriod the machine goes off at once, and its pods are not told', async () => {
  const cluster = await start();
  await cluster.client.create(Pod, podOf({ nodeName: 'worker-1', containers: [slow] }, 'usual'));
  await cluster.settle();
  await new ClusterFaults(cluster.api).inject({ type: 'shutdown', node: 'worker-1' });
  await cluster.advance(60_000);
  expect([await ready(cluster), await shown(cluster, 'usual')]).toEqual([
    'Unknown NodeStatusUnknown: Kubelet stopped posting node status.',
    'Running c=running+ready',
  ]);
});
