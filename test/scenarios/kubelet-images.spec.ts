import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { type corev1, Event, Node, Pod } from '#api';
import { ClusterFaults, type LocalCluster, NodeFiles } from '#cluster';
import { podOf, start, summary } from './pod-stories.js';

const imagesOf = async ({ client }: LocalCluster, node: string): Promise<corev1.ContainerImage[]> =>
  (await client.get(Node, node)).status?.images ?? [];

/** The images of a node by their last names, without registries. */
const told = async (cluster: LocalCluster, node: string): Promise<string[]> =>
  (await imagesOf(cluster, node)).map(({ names = [] }) => (names[names.length - 1] ?? '').replace(/^.*\//, ''));

const runs = (name: string, image: string): corev1.Pod => podOf({ nodeName: 'worker-1', containers: [{ name: 'c', image }] }, name);

it('kubelet: a node tells the images that are on it, the largest first, and a new one within 30 seconds', async () => {
  const cluster = await start();
  const { client } = cluster;
  expect(await told(cluster, 'control-plane')).toEqual([
    'kindnetd:v20250512-df8de77b',
    'kube-proxy:v1.36.2',
    'kube-apiserver:v1.36.2',
    'kube-controller-manager:v1.36.2',
    'coredns:v1.14.2',
    'etcd:3.6.8-0',
    'kube-scheduler:v1.36.2',
    'pause:3.10.2',
  ]);
  const before = await told(cluster, 'worker-1');
  await client.create(Pod, runs('web', 'nginx:1.27'));
  await cluster.advance(29_000);
  expect(await told(cluster, 'worker-1')).toEqual(before);
  await cluster.advance(2_000);
  const [largest] = await imagesOf(cluster, 'worker-1');
  expect(largest).toEqual({
    names: [expect.stringMatching(/^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/), 'docker.io/library/nginx:1.27'],
    sizeBytes: expect.any(Number),
  });
  expect((await told(cluster, 'worker-1')).slice(1)).toEqual(before);
  // Another pod with the same image: nothing new, and nothing is written of the node.
  const { resourceVersion } = (await client.get(Node, 'worker-1')).metadata;
  await client.create(Pod, runs('web-2', 'nginx:1.27'));
  await cluster.advance(3_600_000);
  expect((await client.get(Node, 'worker-1')).metadata.resourceVersion).toBe(resourceVersion);
});

it('kubelet: nodeStatusMaxImages', async () => {
  const cluster = await start();
  const files = await NodeFiles.of(cluster.api, 'worker-1');
  await files.write('/var/lib/kubelet/config.yaml', stringify({ kind: 'KubeletConfiguration', nodeStatusMaxImages: 1 }));
  await cluster.client.create(Pod, runs('web', 'nginx:1.27'));
  await cluster.advance(60_000);
  expect(await told(cluster, 'worker-1')).toEqual(['nginx:1.27']);
});

it('kubelet: a full disk costs the images that no container uses, and it is told that they were not enough', async () => {
  const cluster = await start();
  const { client } = cluster;
  await client.create(Pod, runs('gone', 'redis:7'));
  await client.create(Pod, runs('young', 'httpd:2.4'));
  await cluster.advance(300_000);
  await client.delete(Pod, 'gone', 'default');
  await cluster.advance(60_000);
  expect((await told(cluster, 'worker-1')).slice(0, 2).sort()).toEqual(['httpd:2.4', 'redis:7']);
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'fill-disk', node: 'worker-1' });
  await cluster.advance(60_000);
  expect(await told(cluster, 'worker-1')).not.toContain('redis:7');
  await cluster.advance(600_000);
  const { items } = await client.list(Event);
  const message =
    "Insufficient free disk space on the node's image filesystem (100% of 100.0 GiB used). Failed to free sufficient space by deleting unused images (freed 0 bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data.";
  const about = items.filter(({ reason }) => reason === 'FreeDiskSpaceFailed' || reason === 'ImageGCFailed');
  expect(about.map(({ reason, message: text, type, count }) => [reason, type, text?.replace(/freed \d+/, 'freed 0'), count])).toEqual([
    ['FreeDiskSpaceFailed', 'Warning', message, 2],
    ['ImageGCFailed', 'Warning', message, 1],
  ]);
  await faults.heal(id);
  await cluster.advance(600_000);
  // It has to be pulled again.
  await client.create(Pod, runs('again', 'redis:7'));
  await cluster.advance(60_000);
  const pulls = (await client.list(Event)).items
    .filter(({ involvedObject }) => involvedObject.name === 'again')
    .map(({ reason }) => reason);
  expect([summary(await client.get(Pod, 'again', 'default')), pulls.includes('Pulling')]).toEqual(['Running c=running+ready', true]);
});

it('kubelet: images are collected when the disk is fuller than the threshold, oldest first, until it is not', async () => {
  const cluster = await start();
  const { client } = cluster;
  const files = await NodeFiles.of(cluster.api, 'worker-1');
  const configuration = { imageGCHighThresholdPercent: 60, imageGCLowThresholdPercent: 59, imageMinimumGCAge: '1m' };
  await files.write('/var/lib/kubelet/config.yaml', stringify({ kind: 'KubeletConfiguration', ...configuration }));
  for (const [name, image] of [
    ['a', 'redis:7'],
    ['b', 'httpd:2.4'],
  ] as const) {
    await client.create(Pod, runs(name, image));
    await cluster.advance(60_000);
    await client.delete(Pod, name, 'default');
    await cluster.advance(60_000);
  }
  const big = runs('big', 'busybox:1.36');
  const annotations = { 'usage.orrery.io/ephemeral-storage': '60900Mi' };
  await client.create(Pod, {
    ...big,
    metadata: { ...big.metadata, annotations },
    spec: { ...big.spec, containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '1d'] }] },
  });
  await cluster.advance(400_000);
  const left = await told(cluster, 'worker-1');
  expect([left.includes('redis:7'), left.includes('httpd:2.4'), left.includes('busybox:1.36')]).toEqual([false, false, true]);
});
