import { expect, it } from '@jest/globals';
import { Pod, ReplicationController } from '#api';
import { openCluster } from './story.js';

const IN = { namespace: 'default' };
const labels = { app: 'old' };
const spec = { containers: [{ name: 'c', image: 'nginx:1.27' }], terminationGracePeriodSeconds: 0 };

it('replication-controller: adopts a pod that it selects, replaces one that goes, and is scaled', async () => {
  const { client, settle } = await openCluster();
  const pods = async () => (await client.list(Pod, IN)).items.filter(({ status }) => status?.phase === 'Running');
  await client.create(Pod, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'before', ...IN, labels }, spec });
  await client.create(ReplicationController, {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'old', ...IN },
    spec: { replicas: 3, selector: labels, template: { metadata: { labels } as never, spec } },
  });
  await settle();
  const made = await pods();
  expect([made.length, made.map(({ metadata }) => metadata.name).includes('before')]).toEqual([3, true]);
  expect(made.map(({ metadata }) => metadata.ownerReferences?.[0]?.kind)).toEqual(Array(3).fill('ReplicationController'));
  await client.delete(Pod, 'before', 'default');
  await settle();
  expect((await pods()).length).toBe(3);
  await client.patch(ReplicationController, 'old', 'default', 'merge', { spec: { replicas: 1 } });
  await settle();
  const { status } = await client.get(ReplicationController, 'old', 'default');
  expect([(await pods()).length, status?.replicas, status?.readyReplicas]).toEqual([1, 1, 1]);
});
