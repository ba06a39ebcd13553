import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { type corev1, Event, Node, Pod } from '#api';
import { ClusterFaults, type LocalCluster, NodeFiles } from '#cluster';
import { podOf, start, story, summary } from './pod-stories.js';

describe('static pods', () => {
  const MANIFEST = '/etc/kubernetes/manifests/web.yaml';
  const manifest = (image: string, name = 'web') => stringify(podOf({ containers: [{ name: 'c', image }] }, name));

  async function mirrors({ client }: LocalCluster): Promise<string[]> {
    const { items } = await client.list(Pod, { namespace: 'default' });
    return items.map((pod) => `${pod.metadata.name} ${pod.spec.containers[0]?.image} ${summary(pod)}`);
  }

  it('follow the manifests of their node', async () => {
    const cluster = await start();
    const files = await NodeFiles.of(cluster.api, 'worker-1');
    await files.write(MANIFEST, manifest('nginx:1.27'));
    await cluster.settle();
    expect(await mirrors(cluster)).toEqual(['web-worker-1 nginx:1.27 Running c=running+ready']);
    const pod = await cluster.client.get(Pod, 'web-worker-1', 'default');
    const hash = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(pod.metadata.annotations).toEqual({
      'kubernetes.io/config.hash': hash,
      'kubernetes.io/config.mirror': hash,
      'kubernetes.io/config.seen': '2026-01-01T00:00:00.000000000Z',
      'kubernetes.io/config.source': 'file',
    });
    expect(pod.metadata.ownerReferences).toEqual([
      { apiVersion: 'v1', kind: 'Node', name: 'worker-1', uid: expect.any(String), controller: true },
    ]);

    await files.write(MANIFEST, manifest('nginx:1.28'));
    await cluster.settle();
    expect(await mirrors(cluster)).toEqual(['web-worker-1 nginx:1.28 Running c=running+ready']);

    await cluster.client.delete(Pod, 'web-worker-1', 'default', { gracePeriodSeconds: 0 });
    await cluster.advance(1000);
    expect(await mirrors(cluster)).toEqual(['web-worker-1 nginx:1.28 Running c=running+ready']);

    await files.write(MANIFEST, 'kind: [');
    await cluster.settle();
    expect(await mirrors(cluster)).toEqual([]);
    await files.write(MANIFEST, manifest('nginx:1.27', 'other'));
    await cluster.settle();
    expect(await mirrors(cluster)).toEqual(['other-worker-1 nginx:1.27 Running c=running+ready']);
    expect(await files.remove(MANIFEST)).toBe(true);
    await cluster.advance(10_000);
    expect(await mirrors(cluster)).toEqual([]);
  });

  it('are read from the directory that the configuration of the kubelet names', async () => {
    const cluster = await start();
    const files = await NodeFiles.of(cluster.api, 'worker-1');
    await files.write('/var/lib/kubelet/config.yaml', 'kind: KubeletConfiguration\nstaticPodPath: /etc/just-to-mess-with-you\n');
    await files.write(MANIFEST, manifest('nginx:1.27'));
    await files.write('/etc/just-to-mess-with-you/web.yaml', manifest('nginx:1.28'));
    await cluster.settle();
    expect(await mirrors(cluster)).toEqual(['web-worker-1 nginx:1.28 Running c=running+ready']);
  });

  it("kubeadm's are shown again after their mirror pod is deleted", async () => {
    const cluster = await start();
    const name = 'kube-scheduler-control-plane';
    const before = await cluster.client.get(Pod, name, 'kube-system');
    await cluster.client.delete(Pod, name, 'kube-system', { gracePeriodSeconds: 0 });
    await cluster.advance(1000);
    const after = await cluster.client.get(Pod, name, 'kube-system');
    expect([after.metadata.uid === before.metadata.uid, after.spec, after.status?.phase]).toEqual([false, before.spec, 'Running']);
  });

  it('a kubelet that was stopped reads its manifests when it is up again', async () => {
    const cluster = await start();
    const faults = new ClusterFaults(cluster.api);
    const { id } = await faults.inject({ type: 'stop', component: 'kubelet', node: 'worker-1' });
    await (await NodeFiles.of(cluster.api, 'worker-1')).write(MANIFEST, manifest('nginx:1.27'));
    await cluster.settle();
    expect(await mirrors(cluster)).toEqual([]);
    await faults.heal(id);
    await cluster.settle();
    expect(await mirrors(cluster)).toEqual(['web-worker-1 nginx:1.27 Running c=running+ready']);
  });
});

it('kubelet: static pods go on and are restarted while no API server answers', async () => {
  const cluster = await start();
  const files = await NodeFiles.of(cluster.api, 'worker-1');
  const crashing = { name: 'c', image: 'busybox:1.36', command: ['sh', '-c', 'sleep 30; exit 1'] };
  await files.write('/etc/kubernetes/manifests/web.yaml', stringify(podOf({ containers: [crashing] })));
  // All components have been at work before.
  await cluster.client.create(Pod, podOf({ containers: [{ name: 'c', image: 'nginx:1.27' }] }, 'other'));
  await cluster.settle();
  const shown = async () => summary(await cluster.client.get(Pod, 'web-worker-1', 'default'));
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', component: 'kube-apiserver' });
  await cluster.advance(100_000);
  await expect(cluster.client.get(Pod, 'web-worker-1', 'default')).rejects.toThrow('the server is currently unable to handle the request');
  await faults.heal(id);
  await cluster.settle();
  // It has ended after 30, 60, 100 (10 s of back-off) seconds.
  expect(await shown()).toBe('Running c=CrashLoopBackOff*2');
});

describe('a node that runs out of memory', () => {
  const using = (name: string, memory: string, spec: Partial<corev1.Container> = {}): corev1.Pod => {
    const pod = podOf({ nodeName: 'worker-1', containers: [{ name: 'c', image: 'nginx:1.27', ...spec }] }, name);
    return { ...pod, metadata: { ...pod.metadata, annotations: { 'usage.orrery.io/memory': memory } } };
  };

  it('evicts the pod that uses most above its requests, and says that it is under pressure', async () => {
    const cluster = await start();
    await cluster.client.create(Pod, using('small', '1Gi'));
    await cluster.client.create(Pod, using('modest', '4Gi', { resources: { requests: { memory: '6Gi' } } }));
    await cluster.settle();
    await cluster.client.create(Pod, using('big', '3100Mi'));
    await cluster.settle();
    const big = await cluster.client.get(Pod, 'big', 'default');
    const message =
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 0. Container c was using 3100Mi, request is 0, has larger consumption of memory. ';
    expect(summary(big)).toBe('Failed Evicted c=Completed(0)');
    expect(big.status?.message).toBe(message);
    expect(big.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'TerminationByKubelet',
      message,
    });
    expect(await story(cluster, 'big')).toContain('(Evicted)');
    const names = (await cluster.client.list(Pod, { namespace: 'default' })).items.map((pod) => summary(pod).split(' ')[0]);
    expect(names).toEqual(['Failed', 'Running', 'Running']);
    const condition = async () =>
      (await cluster.client.get(Node, 'worker-1')).status?.conditions?.find(({ type }) => type === 'MemoryPressure');
    expect(await condition()).toMatchObject({
      status: 'True',
      reason: 'KubeletHasInsufficientMemory',
      message: 'kubelet has insufficient memory available',
    });

    // A pod without requests is not admitted, one with requests is.
    await cluster.client.create(Pod, podOf({ nodeName: 'worker-1', containers: [{ name: 'c', image: 'nginx:1.27' }] }, 'best-effort'));
    await cluster.settle();
    const refused = await cluster.client.get(Pod, 'best-effort', 'default');
    expect([summary(refused), refused.status?.message]).toEqual([
      'Failed Evicted',
      'Pod was rejected: The node had condition: [MemoryPressure]. ',
    ]);

    await cluster.advance(301_000);
    expect(await condition()).toMatchObject({ status: 'False', reason: 'KubeletHasSufficientMemory' });
    const { items } = await cluster.client.list(Event, { namespace: 'default' });
    expect(items.filter(({ involvedObject }) => involvedObject.kind === 'Node').map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['EvictionThresholdMet', 'NodeHasInsufficientMemory', 'NodeHasSufficientMemory']),
    );
  });
});

it('a container that uses more memory than it may is killed', async () => {
  const cluster = await start();
  const stress = { command: ['stress'], args: ['--vm', '1', '--vm-bytes', '250M', '--vm-hang', '1'] };
  const resources = { limits: { memory: '100Mi' } };
  await cluster.client.create(
    Pod,
    podOf({ restartPolicy: 'Never', containers: [{ name: 'c', image: 'polinux/stress', ...stress, resources }] }),
  );
  await cluster.advance(2000);
  expect(summary(await cluster.client.get(Pod, 'web', 'default'))).toBe('Failed c=OOMKilled(137)');
});

it('a kubelet that was restarted has forgotten its back-offs', async () => {
  const cluster = await start();
  const crashing = { name: 'c', image: 'busybox:1.36', command: ['sh', '-c', 'sleep 1; exit 1'] };
  await cluster.client.create(Pod, podOf({ nodeName: 'worker-1', containers: [crashing] }));
  await cluster.advance(200_000);
  const restarts = async () => (await cluster.client.get(Pod, 'web', 'default')).status?.containerStatuses?.[0]?.restartCount ?? 0;
  const before = await restarts();
  const faults = new ClusterFaults(cluster.api);
  const { id } = await faults.inject({ type: 'stop', component: 'kubelet', node: 'worker-1' });
  // Not so long that the pod is evicted from a silent node.
  await cluster.advance(30_000);
  expect(await restarts()).toBe(before);
  await faults.heal(id);
  await cluster.advance(3000);
  // At once, after 10 s, after 20 s.
  expect(await restarts()).toBe(before + 1);
  await cluster.advance(10_000);
  expect(await restarts()).toBe(before + 2);
  await cluster.advance(15_000);
  expect(await restarts()).toBe(before + 2);
  await cluster.advance(10_000);
  expect(await restarts()).toBe(before + 3);
});
