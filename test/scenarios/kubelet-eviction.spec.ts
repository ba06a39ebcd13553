import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { type corev1, Event, Node, Pod } from '#api';
import { type LocalCluster, NodeFiles } from '#cluster';
import { podOf, start, summary } from './pod-stories.js';

async function configured(configuration: Record<string, unknown>): Promise<LocalCluster> {
  const cluster = await start();
  const files = await NodeFiles.of(cluster.api, 'worker-1');
  await files.write('/var/lib/kubelet/config.yaml', stringify({ kind: 'KubeletConfiguration', ...configuration }));
  return cluster;
}

function using(name: string, usage: Record<string, string>, spec: Partial<corev1.PodSpec> = {}): corev1.Pod {
  const pod = podOf({ nodeName: 'worker-1', containers: [{ name: 'c', image: 'nginx:1.27' }], ...spec }, name);
  const annotations = Object.fromEntries(Object.entries(usage).map(([resource, amount]) => [`usage.orrery.io/${resource}`, amount]));
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}

const shown = async ({ client }: LocalCluster): Promise<string[]> =>
  (await client.list(Pod, { namespace: 'default' })).items.map((pod) => `${pod.metadata.name} ${summary(pod)}`);

const condition = async ({ client }: LocalCluster, type: string): Promise<string> => {
  const found = (await client.get(Node, 'worker-1')).status?.conditions?.find((each) => each.type === type);
  return `${found?.status} ${found?.reason}`;
};

it('kubelet: a soft threshold evicts after its grace period, and the pod has time to stop', async () => {
  const cluster = await configured({
    evictionSoft: { 'memory.available': '2Gi' },
    evictionSoftGracePeriod: { 'memory.available': '1m' },
    evictionMaxPodGracePeriod: 20,
    evictionPressureTransitionPeriod: '30s',
  });
  const slow = { name: 'c', image: 'busybox:1.36', command: ['sh', '-c', 'trap "sleep 10; exit 0" TERM; while true; do sleep 1; done'] };
  await cluster.client.create(Pod, using('big', { memory: '7Gi' }, { containers: [slow] }));
  await cluster.advance(59_000);
  expect([await condition(cluster, 'MemoryPressure'), await shown(cluster)]).toEqual([
    'True KubeletHasInsufficientMemory',
    ['big Running c=running+ready'],
  ]);
  await cluster.advance(2_000);
  expect(await shown(cluster)).toEqual(['big Running c=running+ready']);
  await cluster.advance(10_000);
  expect(await shown(cluster)).toEqual(['big Failed Evicted c=Completed(0)']);
  await cluster.advance(31_000);
  expect(await condition(cluster, 'MemoryPressure')).toBe('False KubeletHasSufficientMemory');
});

it('kubelet: pods are evicted until the minimum is reclaimed', async () => {
  const cluster = await configured({
    evictionHard: { 'memory.available': '1Gi' },
    evictionMinimumReclaim: { 'memory.available': '2Gi' },
  });
  for (const [name, memory] of [
    ['a', '2Gi'],
    ['b', '2100Mi'],
    ['c', '2200Mi'],
    ['d', '1Gi'],
  ] as const)
    await cluster.client.create(Pod, using(name, { memory }));
  await cluster.advance(5_000);
  // 8 Gi less 7.2 is below 1; without c it is above 1, but not above 3.
  expect(await shown(cluster)).toEqual([
    'a Running c=running+ready',
    'b Failed Evicted c=Completed(0)',
    'c Failed Evicted c=Completed(0)',
    'd Running c=running+ready',
  ]);
});

it('kubelet: a node without processes left evicts by priority', async () => {
  const cluster = await configured({ evictionHard: { 'pid.available': '10%' } });
  await cluster.client.create(Pod, using('usual', { pids: '10000' }));
  await cluster.client.create(Pod, using('forks', { pids: '20000' }));
  await cluster.settle();
  expect([await condition(cluster, 'PIDPressure'), await shown(cluster)]).toEqual([
    'True KubeletHasInsufficientPID',
    ['forks Failed Evicted c=Completed(0)', 'usual Running c=running+ready'],
  ]);
  const forks = await cluster.client.get(Pod, 'forks', 'default');
  expect(forks.status?.message).toBe('The node was low on resource: pids. Threshold quantity: 3276, available: 2768. ');
  const { items } = await cluster.client.list(Event, { namespace: 'default' });
  expect(items.map(({ reason, message }) => `${reason}: ${message}`)).toEqual(
    expect.arrayContaining([
      'EvictionThresholdMet: Attempting to reclaim pids',
      'NodeHasInsufficientPID: Node worker-1 status is now: NodeHasInsufficientPID',
    ]),
  );
  const taints = (await cluster.client.get(Node, 'worker-1')).spec.taints?.map(({ key, effect }) => `${key}:${effect}`);
  expect(taints).toEqual(['node.kubernetes.io/pid-pressure:NoSchedule']);
});

it('kubelet: what is reserved on a node and how many pods it takes is felt by the scheduler', async () => {
  const cluster = await configured({ maxPods: 12, kubeReserved: { cpu: '1', memory: '1Gi' }, systemReserved: { cpu: '500m' } });
  await cluster.settle();
  const { status } = await cluster.client.get(Node, 'worker-1');
  expect([status?.capacity?.pods, status?.allocatable]).toEqual([
    '12',
    expect.objectContaining({ cpu: '2500m', memory: '7068Mi', pods: '12' }),
  ]);
  const requests = { cpu: '3' };
  const big = podOf({
    nodeSelector: { 'kubernetes.io/hostname': 'worker-1' },
    containers: [{ name: 'c', image: 'nginx:1.27', resources: { requests } }],
  });
  await cluster.client.create(Pod, big);
  await cluster.settle();
  const scheduled = (await cluster.client.get(Pod, 'web', 'default')).status?.conditions?.find(({ type }) => type === 'PodScheduled');
  expect(scheduled?.message).toMatch('1 Insufficient cpu');
});
