import { expect, it } from '@jest/globals';
import { ConfigMap, type corev1, Pod } from '#api';
import { logOf, podOf, start } from './pod-stories.js';

const settings = (value: string, more: Partial<corev1.ConfigMap> = {}): corev1.ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default' },
  data: { value },
  ...more,
});

it('kubelet: a ConfigMap that changes arrives in its volume at the next sync, and never in variables and below a subPath', async () => {
  const cluster = await start();
  await cluster.client.create(ConfigMap, settings('one'));
  const script = 'while true; do echo $(cat /etc/all/value) $(cat /etc/one) $VALUE; sleep 30; done';
  const container: corev1.Container = {
    name: 'c',
    image: 'busybox:1.36',
    command: ['sh', '-c', script],
    env: [{ name: 'VALUE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'value' } } }],
    volumeMounts: [
      { name: 'all', mountPath: '/etc/all' },
      { name: 'all', mountPath: '/etc/one', subPath: 'value' },
    ],
  };
  await cluster.client.create(Pod, podOf({ containers: [container], volumes: [{ name: 'all', configMap: { name: 'settings' } }] }));
  await cluster.settle();
  expect(await logOf(cluster)).toEqual(['one one one']);
  await cluster.client.update(ConfigMap, settings('two'));
  await cluster.advance(30_000);
  expect(await logOf(cluster)).toEqual(['one one one', 'one one one']);
  await cluster.advance(60_000);
  const lines = await logOf(cluster);
  expect([lines.slice(0, 2), lines.at(-1)]).toEqual([['one one one', 'one one one'], 'two one one']);
  // The container is started again: everything is new.
  await cluster.client.delete(Pod, 'web', 'default', { gracePeriodSeconds: 0 });
  await cluster.client.create(Pod, podOf({ containers: [container], volumes: [{ name: 'all', configMap: { name: 'settings' } }] }));
  await cluster.settle();
  expect(await logOf(cluster)).toEqual(['two two two']);
});

it('kubelet: a pod that is written is synced at once, so that its volumes are up to date', async () => {
  const cluster = await start();
  await cluster.client.create(ConfigMap, settings('one'));
  const downward = { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] };
  const container: corev1.Container = {
    name: 'c',
    image: 'busybox:1.36',
    command: ['sh', '-c', 'while true; do echo $(cat /etc/all/value) $(cat /etc/pod/labels) $LABEL; sleep 10; done'],
    env: [{ name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a']" } } }],
    volumeMounts: [
      { name: 'all', mountPath: '/etc/all' },
      { name: 'pod', mountPath: '/etc/pod' },
    ],
  };
  const pod = podOf({
    containers: [container],
    volumes: [
      { name: 'all', configMap: { name: 'settings' } },
      { name: 'pod', downwardAPI: downward },
    ],
  });
  await cluster.client.create(Pod, { ...pod, metadata: { ...pod.metadata, labels: { a: '1' } } });
  await cluster.advance(5_000);
  await cluster.client.update(ConfigMap, settings('two'));
  await cluster.client.patch(Pod, 'web', 'default', 'merge', { metadata: { labels: { a: '2' } } });
  await cluster.advance(5_000);
  expect((await logOf(cluster)).at(-1)).toBe('two a="2" 1');
});
