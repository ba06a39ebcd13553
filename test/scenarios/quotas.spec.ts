import {
  type apiextensionsv1,
  ConfigMap,
  CustomResourceDefinition,
  type corev1,
  Deployment,
  Pod,
  type Resource,
  ResourceQuota,
} from '#api';
import { StatusError } from '#apimachinery';
import { openStory } from './story.js';

const namespace = 'default';
type Amounts = Record<string, string>;

const quota = (hard: Amounts): corev1.ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace },
  spec: { hard },
});
const pod = (name: string, more: Partial<corev1.PodSpec> = {}): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '100m' } } }], nodeSelector: { nope: 'x' }, ...more },
});
const messageOf = (error: unknown) => (error instanceof StatusError ? error.status.message : String(error));

async function quotaCluster(hard: Amounts) {
  const cluster = await openStory();
  await cluster.client.create(ResourceQuota, quota(hard));
  await cluster.settle();
  const status = async () => (await cluster.client.get(ResourceQuota, 'q', namespace)).status;
  return { ...cluster, status };
}

test('resourcequota-controller: a quota counts what there is, and what is deleted or ends is given back', async () => {
  const { client, settle, status } = await quotaCluster({
    pods: '3',
    'requests.cpu': '1',
    'count/configmaps': '10',
    configmaps: '10',
  });
  // kube-root-ca.crt
  expect(await status()).toEqual({
    hard: { pods: '3', 'requests.cpu': '1', 'count/configmaps': '10', configmaps: '10' },
    used: { pods: '0', 'requests.cpu': '0', 'count/configmaps': '1', configmaps: '1' },
  });
  for (const name of ['a', 'b', 'c']) await client.create(Pod, pod(name));
  await client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace } });
  await settle();
  expect((await status())?.used).toEqual({ pods: '3', 'requests.cpu': '300m', 'count/configmaps': '2', configmaps: '2' });
  await client.delete(Pod, 'a', namespace);
  await client.patch(Pod, 'b', namespace, 'merge', { status: { phase: 'Succeeded' } }, { subresource: 'status' });
  await client.delete(ConfigMap, 'x', namespace);
  await settle();
  expect((await status())?.used).toEqual({ pods: '1', 'requests.cpu': '100m', 'count/configmaps': '1', configmaps: '1' });
  await client.create(Pod, pod('d'));
  await client.create(Pod, pod('e'));
  await expect(client.create(Pod, pod('f'))).rejects.toThrow('exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3');
});

test('a create that fails after it was charged is given back after a while', async () => {
  const { client, settle, advance, status } = await quotaCluster({ pods: '3' });
  await client.create(Pod, pod('a'));
  expect(messageOf(await client.create(Pod, pod('a')).catch((error: unknown) => error))).toBe('pods "a" already exists');
  await settle();
  expect((await status())?.used).toEqual({ pods: '2' });
  await advance(10_000);
  expect((await status())?.used).toEqual({ pods: '1' });
});

test('a changed limit is in the status at once; a ReplicaSet makes as many pods as it allows', async () => {
  const { client, settle, advance, status } = await quotaCluster({ pods: '2' });
  const deployment = { replicas: 5, selector: { matchLabels: { app: 'w' } } };
  await client.create(Deployment, {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'w', namespace } },
    spec: {
      ...deployment,
      template: { metadata: { name: '', labels: { app: 'w' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  });
  await settle();
  const pods = async () => (await client.list(Pod, { namespace })).items.length;
  expect([await pods(), await status()]).toEqual([2, { hard: { pods: '2' }, used: { pods: '2' } }]);
  const { status: failing } = await client.get(Deployment, 'w', namespace);
  expect(failing?.conditions?.find(({ type }) => type === 'ReplicaFailure')?.message).toMatch(
    /^pods "w-[a-z0-9]+-[a-z0-9]{5}" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2$/,
  );
  await client.patch(ResourceQuota, 'q', namespace, 'merge', { spec: { hard: { pods: '9' } } });
  await settle();
  expect(await status()).toEqual({ hard: { pods: '9' }, used: { pods: '2' } });
  await advance(20 * 60_000);
  expect([await pods(), (await status())?.used]).toEqual([5, { pods: '5' }]);
});

test('a resize is charged for what it adds, and given back what it gives up', async () => {
  const { client, settle, status } = await quotaCluster({ 'requests.cpu': '1' });
  await client.create(Pod, pod('a'));
  const resize = (cpu: string) => {
    const patch = { spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] } };
    return client.patch(Pod, 'a', namespace, 'strategic', patch, { subresource: 'resize' });
  };
  await resize('900m');
  expect((await status())?.used).toEqual({ 'requests.cpu': '900m' });
  await expect(resize('1001m')).rejects.toThrow(
    'pods "a" is forbidden: exceeded quota: q, requested: requests.cpu=101m, used: requests.cpu=900m, limited: requests.cpu=1',
  );
  await resize('50m');
  await settle();
  expect((await status())?.used).toEqual({ 'requests.cpu': '50m' });
});

test('objects of a kind that the cluster itself defines are counted, too', async () => {
  const { client, settle, status } = await quotaCluster({ 'count/widgets.example.com': '1' });
  expect(await status()).toEqual({ hard: { 'count/widgets.example.com': '1' } });
  const schema = { openAPIV3Schema: { type: 'object' as const } };
  await client.create(CustomResourceDefinition, {
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' } },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' } },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  } as apiextensionsv1.CustomResourceDefinition);
  await settle();
  const Widget = { group: 'example.com', version: 'v1', resource: 'widgets', kind: 'Widget', namespaced: true } as Resource;
  const widget = (name: string) => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, namespace } });
  expect((await status())?.used).toEqual({ 'count/widgets.example.com': '0' });
  await client.create(Widget, widget('a'));
  await expect(client.create(Widget, widget('b'))).rejects.toThrow(
    'widgets.example.com "b" is forbidden: exceeded quota: q, requested: count/widgets.example.com=1, used: count/widgets.example.com=1, limited: count/widgets.example.com=1',
  );
  await client.delete(Widget, 'a', namespace);
  await settle();
  expect((await status())?.used).toEqual({ 'count/widgets.example.com': '0' });
});
