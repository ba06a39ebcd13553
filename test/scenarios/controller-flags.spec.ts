import { expect, it } from '@jest/globals';
import { type corev1, Deployment, EndpointSlice, Node, Pod, Service } from '#api';
import { ClusterFaults, NodeFiles } from '#cluster';
import { openCluster } from './story.js';

const MANIFEST = '/etc/kubernetes/manifests/kube-controller-manager.yaml';

async function opened() {
  const cluster = await openCluster({ nodes: { count: 3, cpu: '4', memory: '8Gi', pods: 110 } });
  await cluster.settle();
  const files = await NodeFiles.of(cluster.api);
  const flags = async (...given: string[]) => {
    const text = (await files.read(MANIFEST)) ?? '';
    await files.write(MANIFEST, text.replace('    - --leader-elect=true', given.map((flag) => `    - ${flag}`).join('\n')));
    await cluster.advance(30_000);
  };
  return { ...cluster, flags, faults: new ClusterFaults(cluster.api) };
}

const ended = (name: string): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['true'] }] },
});

it('pod-garbage-collector: --terminated-pod-gc-threshold counts for pods that have ended before, too', async () => {
  const { client, advance, flags } = await opened();
  for (const name of ['a', 'b', 'c', 'd']) {
    await client.create(Pod, ended(name));
    await advance(2_000);
  }
  await advance(10_000);
  const left = async () => (await client.list(Pod, { namespace: 'default' })).items.map(({ metadata }) => metadata.name);
  expect(await left()).toEqual(['a', 'b', 'c', 'd']);
  await flags('--terminated-pod-gc-threshold=2');
  expect(await left()).toEqual(['c', 'd']);
  // The oldest goes for one that ends later.
  await client.create(Pod, ended('e'));
  await advance(10_000);
  expect(await left()).toEqual(['d', 'e']);
});

it('node-controller: --node-monitor-grace-period says when a silent node becomes Unknown', async () => {
  const { client, advance, flags, faults } = await opened();
  await flags('--node-monitor-grace-period=20s');
  const ready = async () =>
    (await client.get(Node, 'worker-1')).status?.conditions?.find(({ type }: { type: string }) => type === 'Ready')?.status;
  await faults.inject({ type: 'stop', component: 'kubelet', node: 'worker-1' });
  await advance(9_000);
  expect(await ready()).toBe('True');
  await advance(17_000);
  expect(await ready()).toBe('Unknown');
});

it('endpoint-slice-controller: --max-endpoints-per-slice', async () => {
  const { client, advance, flags } = await opened();
  const labels = { app: 'web' };
  await flags('--max-endpoints-per-slice=2');
  await client.create(Service, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: labels, ports: [{ port: 80 }] },
  });
  await client.create(Deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 5,
      selector: { matchLabels: labels },
      template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
    },
  });
  await advance(30_000);
  const { items } = await client.list(EndpointSlice, { namespace: 'default', labelSelector: 'kubernetes.io/service-name=web' });
  expect(items.map(({ endpoints }) => endpoints?.length).sort()).toEqual([1, 2, 2]);
});

it('kube-controller-manager does not come up with flags that it cannot read', async () => {
  const { client, flags } = await opened();
  await flags('--terminated-pod-gc-threshold=many');
  await client.create(Deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { name: '', labels: { a: 'b' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
    },
  });
  expect((await client.list(Pod, { namespace: 'default' })).items).toEqual([]);
});
