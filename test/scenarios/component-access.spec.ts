import { expect, it } from '@jest/globals';
import { ClusterRoleBinding, Pod, ReplicaSet } from '#api';
import { openCluster } from './story.js';

const replicaSet = (name: string) => ({
  kind: 'ReplicaSet' as const,
  apiVersion: 'apps/v1' as const,
  metadata: { name, namespace: 'default' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { name: '', labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
});

const BINDING = 'system:controller:replicaset-controller';

it('a controller whose role is not bound can do nothing, and continues when it is bound again', async () => {
  const { client, settle, advance } = await openCluster();
  const binding = await client.get(ClusterRoleBinding, BINDING);
  await client.delete(ClusterRoleBinding, BINDING);
  await client.create(ReplicaSet, replicaSet('web'));
  await settle();
  const pods = async () => (await client.list(Pod, { namespace: 'default' })).items;
  expect(await pods()).toEqual([]);
  const { resourceVersion: _version, uid: _uid, creationTimestamp: _created, ...metadata } = binding.metadata;
  await client.create(ClusterRoleBinding, { ...binding, metadata });
  await advance(120_000);
  expect((await pods()).map(({ status }) => status?.phase)).toEqual(['Running']);
});

it('each kubelet writes as its own node, each controller as its own service account', async () => {
  const { client, settle, store } = await openCluster();
  const writers = new Set<string>();
  const stop = await store.watch('/registry/', undefined, { event: ({ cause }) => void writers.add(cause.user), end: () => undefined });
  await client.create(ReplicaSet, replicaSet('web'));
  await settle();
  stop();
  const [pod] = (await client.list(Pod, { namespace: 'default' })).items;
  expect([...writers].sort()).toEqual([
    'system:apiserver',
    'system:kube-scheduler',
    `system:node:${pod?.spec?.nodeName}`,
    'system:serviceaccount:kube-system:replicaset-controller',
  ]);
});
