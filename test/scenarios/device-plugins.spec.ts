import { expect, it } from '@jest/globals';
import { type corev1, DaemonSet, Node, Pod } from '#api';
import type { LocalCluster } from '#cluster';
import { ClusterFaults } from '#cluster';
import { logOf, podOf, start, summary } from './pod-stories.js';

const GPU = 'nvidia.com/gpu';
const labels = { app: 'plugin' };

const plugin = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'plugin', namespace: 'kube-system' },
  spec: { selector: { matchLabels: labels }, template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'ctr', image }] } } },
});
const NVIDIA = 'nvcr.io/nvidia/k8s-device-plugin:v0.17.1';
const SAMPLE = 'registry.k8s.io/e2e-test-images/sample-device-plugin:1.7';

async function plugged(image: string, nodeLabels: Record<string, string> = {}): Promise<LocalCluster> {
  const cluster = await start();
  await cluster.client.patch(Node, 'worker-1', undefined, 'merge', { metadata: { labels: nodeLabels } });
  await cluster.client.create(DaemonSet, plugin(image));
  await cluster.settle();
  return cluster;
}

const gpus = (count: number): Promise<LocalCluster> => plugged(NVIDIA, { 'nvidia.com/gpu.count': String(count) });
/** Capacity and allocatable. */
const amounts = async ({ client }: LocalCluster, resource = GPU, node = 'worker-1') => {
  const { status } = await client.get(Node, node);
  return [status?.capacity?.[resource], status?.allocatable?.[resource]];
};
const wanting = (count: number, more: Partial<corev1.Container> = {}, resource = GPU): corev1.Container => ({
  name: 'c',
  image: 'busybox:1.36',
  command: ['sh', '-c', 'echo $NVIDIA_VISIBLE_DEVICES; ls /dev | grep nvidia; sleep 3600'],
  resources: { limits: { [resource]: String(count) } },
  ...more,
});
async function run(cluster: LocalCluster, spec: Partial<corev1.PodSpec>, name = 'web'): Promise<corev1.Pod> {
  await cluster.client.create(Pod, podOf({ terminationGracePeriodSeconds: 1, ...spec }, name));
  await cluster.settle();
  return cluster.client.get(Pod, name, 'default');
}
const devicesOf = ({ status }: corev1.Pod): string[] =>
  (status?.containerStatuses ?? []).flatMap(({ allocatedResourcesStatus = [] }) =>
    allocatedResourcesStatus.flatMap(({ resources = [] }) => resources.map(({ resourceID, health }) => `${resourceID} ${health}`)),
  );
const messageOf = ({ status }: corev1.Pod) => status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;

it('kubelet-configuration: a device plugin brings a resource, which the scheduler counts', async () => {
  const cluster = await gpus(2);
  expect(await amounts(cluster)).toEqual(['2', '2']);
  expect(await amounts(cluster, GPU, 'worker-2')).toEqual([undefined, undefined]);
  const pod = await run(cluster, { containers: [wanting(2)] });
  const [one, two] = devicesOf(pod).map((device) => device.replace(' Healthy', ''));
  expect([summary(pod), pod.spec.nodeName, one]).toEqual([
    'Running c=running+ready',
    'worker-1',
    expect.stringMatching(/^GPU-[0-9a-f-]{36}$/),
  ]);
  expect(await logOf(cluster)).toEqual([`${one},${two}`, 'nvidia-uvm', 'nvidia0', 'nvidia1', 'nvidiactl']);
  const next = await run(cluster, { containers: [wanting(1)] }, 'next');
  expect([summary(next), messageOf(next)]).toEqual(['Pending', expect.stringContaining('2 Insufficient nvidia.com/gpu')]);
  await cluster.client.delete(Pod, 'web', 'default');
  await cluster.advance(10_000);
  const after = await cluster.client.get(Pod, 'next', 'default');
  expect([summary(after), devicesOf(after)]).toEqual(['Running c=running+ready', [`${one} Healthy`]]);
});

it('kubelet: pods have different devices, and a container keeps its own when it is started again', async () => {
  const cluster = await gpus(3);
  const script = 'echo $NVIDIA_VISIBLE_DEVICES; sleep 5; exit 1';
  const made = [
    await run(cluster, { containers: [wanting(1, { command: ['sh', '-c', script] })] }),
    await run(cluster, { containers: [wanting(1)] }, 'b'),
  ];
  const [own, other] = made.map((pod) => devicesOf(pod)[0]);
  expect(own).not.toBe(other);
  await cluster.advance(10_000);
  const again = await cluster.client.get(Pod, 'web', 'default');
  expect([again.status?.containerStatuses?.[0]?.restartCount, devicesOf(again)]).toEqual([1, [own]]);
  expect(await logOf(cluster)).toEqual([own?.replace(' Healthy', '')]);
});

it('kubelet: a pod that nobody has scheduled is not admitted when devices are missing', async () => {
  const cluster = await gpus(2);
  await run(cluster, { containers: [wanting(1)] });
  const pod = await run(cluster, { nodeName: 'worker-1', containers: [wanting(2)] }, 'greedy');
  expect([pod.status?.phase, pod.status?.reason, pod.status?.message]).toEqual([
    'Failed',
    'UnexpectedAdmissionError',
    'Pod was rejected: Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. Requested: 2, Available: 1, which is unexpected',
  ]);
});

it('kubelet: init containers pass their devices on', async () => {
  const cluster = await plugged(SAMPLE);
  expect(await amounts(cluster, 'example.com/resource')).toEqual(['2', '2']);
  const list = { command: ['sh', '-c', 'ls /tmp; sleep 3600'] };
  const pod = await run(cluster, {
    nodeName: 'worker-1',
    initContainers: [wanting(2, { name: 'i', command: ['true'] }, 'example.com/resource')],
    containers: [wanting(1, list, 'example.com/resource'), wanting(1, { ...list, name: 'd' }, 'example.com/resource')],
  });
  expect([summary(pod), devicesOf(pod)]).toEqual([
    'Running i=Completed(0)+ready c=running+ready d=running+ready',
    ['Dev-1 Healthy', 'Dev-2 Healthy'],
  ]);
});

it('kubelet-configuration: devices that are out of order are not allocatable, and their pods say so', async () => {
  const cluster = await gpus(2);
  const [device] = devicesOf(await run(cluster, { containers: [wanting(1)] }));
  await cluster.client.patch(Node, 'worker-1', undefined, 'merge', { metadata: { annotations: { 'devices.orrery.io/unhealthy': '0' } } });
  await cluster.settle();
  expect(await amounts(cluster)).toEqual(['2', '1']);
  expect(devicesOf(await cluster.client.get(Pod, 'web', 'default'))).toEqual([device?.replace('Healthy', 'Unhealthy')]);
});

it('kubelet-configuration: without its plugin a resource is not allocatable at once, and gone after five minutes', async () => {
  const cluster = await gpus(2);
  await run(cluster, { containers: [wanting(1)] });
  await cluster.client.delete(DaemonSet, 'plugin', 'kube-system');
  await cluster.advance(60_000);
  expect(await amounts(cluster)).toEqual(['2', '0']);
  expect(summary(await cluster.client.get(Pod, 'web', 'default'))).toBe('Running c=running+ready');
  const refused = await run(cluster, { nodeName: 'worker-1', containers: [wanting(1)] }, 'late');
  expect(refused.status?.message).toBe(
    'Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu, which is unexpected',
  );
  await cluster.advance(300_000);
  expect(await amounts(cluster)).toEqual(['0', '0']);
  await cluster.client.create(DaemonSet, plugin(NVIDIA));
  await cluster.settle();
  expect(await amounts(cluster)).toEqual(['2', '2']);
});

it('kubelet-configuration: an extended resource that somebody writes into a capacity is allocatable until it is removed', async () => {
  const cluster = await start();
  const write = async (amount: string | null) => {
    await cluster.client.patch(
      Node,
      'worker-1',
      undefined,
      'merge',
      { status: { capacity: { 'example.com/dongle': amount } } },
      { subresource: 'status' },
    );
    await cluster.settle();
  };
  await write('4');
  expect(await amounts(cluster, 'example.com/dongle')).toEqual(['4', '4']);
  const pod = await run(cluster, { containers: [wanting(3, {}, 'example.com/dongle')] });
  expect([summary(pod), pod.spec.nodeName, devicesOf(pod)]).toEqual(['Running c=running+ready', 'worker-1', []]);
  await write(null);
  expect(await amounts(cluster, 'example.com/dongle')).toEqual([undefined, undefined]);
});

it('kubelet-configuration: a kubelet that is stopped reports devices when it is back', async () => {
  const cluster = await gpus(2);
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', component: 'kubelet', node: 'worker-1' });
  await cluster.client.patch(Node, 'worker-1', undefined, 'merge', { metadata: { labels: { 'nvidia.com/gpu.count': '4' } } });
  await cluster.settle();
  expect(await amounts(cluster)).toEqual(['2', '2']);
  await faults.heal(id);
  await cluster.settle();
  expect(await amounts(cluster)).toEqual(['4', '4']);
});
