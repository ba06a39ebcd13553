import { expect, it } from '@jest/globals';
import { ConfigMap, type corev1, Event, PersistentVolume, PersistentVolumeClaim, Pod, Service } from '#api';
import { logOf, podOf, start } from './pod-stories.js';
import { claim, csiDriver, makeAll, volume } from './storage-objects.js';

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

it('kubelet: the files of a volume are links into a directory that takes the place of the one before', async () => {
  const cluster = await start();
  await cluster.client.create(ConfigMap, settings('one'));
  const script =
    'ls -l /etc/all | sed "s/.* value/value/"; while true; do readlink /etc/all/..data | cut -d. -f3; ls -A /etc/all | wc -l; sleep 120; done';
  const volumeMounts = [{ name: 'all', mountPath: '/etc/all' }];
  const volumes = [{ name: 'all', configMap: { name: 'settings' } }];
  const container: corev1.Container = { name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script], volumeMounts };
  await cluster.client.create(Pod, podOf({ containers: [container], volumes }));
  await cluster.advance(1_000);
  await cluster.client.update(ConfigMap, settings('two', { data: { value: 'two', other: 'x' } }));
  await cluster.advance(120_000);
  expect(await logOf(cluster)).toEqual(['total 4', 'value -> ..data/value', '2026_01_01_00_00_00', '3', '2026_01_01_00_01_10', '4']);
});

it('kubelet: a token is for the user of the containers, and for the group of the pod', async () => {
  const cluster = await start();
  const directory = '/var/run/secrets/kubernetes.io/serviceaccount';
  const command = ['sh', '-c', `ls -lL ${directory} | sed "s/ [A-Z].*:.. / /"; ls -ld ${directory} | cut -c1-10; sleep 3600`];
  const container: corev1.Container = { name: 'c', image: 'busybox:1.36', command };
  await cluster.client.create(Pod, podOf({ containers: [container], securityContext: { runAsUser: 1000, fsGroup: 2000 } }));
  await cluster.settle();
  expect((await logOf(cluster)).map((line) => line.replace(/ +\d+ (?=[a-z.]+$)/, ' '))).toEqual([
    expect.stringMatching(/^total \d+$/),
    '-rw-r--r--    1 root     2000 ca.crt',
    '-rw-r--r--    1 root     2000 namespace',
    '-rw-r-----    1 1000     2000 token',
    'drwxrwsrwt',
  ]);
});

it('kubelet: an NFS volume is mounted from a pod that serves NFS, by its address or that of its Service, and from nobody else', async () => {
  const cluster = await start();
  const { client } = cluster;
  const server = podOf(
    { nodeName: 'worker-1', containers: [{ name: 'c', image: 'registry.k8s.io/e2e-test-images/volume/nfs:1.5' }] },
    'files',
  );
  await client.create(Pod, { ...server, metadata: { ...server.metadata, labels: { app: 'files' } } });
  const spec = { selector: { app: 'files' }, ports: [{ port: 2049 }] };
  await client.create(Service, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'files', namespace: 'default' },
    spec,
  } as corev1.Service);
  await cluster.advance(5_000);
  const address = (await client.get(Pod, 'files', 'default')).status?.podIP ?? '';
  const clusterIP = (await client.get(Service, 'files', 'default')).spec.clusterIP ?? '';
  const servers = { address, service: clusterIP, name: 'files.default.svc.cluster.local', nobody: '192.0.2.1', node: '192.168.0.11' };
  for (const [name, at] of Object.entries(servers)) {
    const volumeMounts = [{ name: 'v', mountPath: '/data' }];
    const container = { name: 'c', image: 'nginx:1.27', volumeMounts };
    await client.create(
      Pod,
      podOf({ nodeName: 'worker-2', containers: [container], volumes: [{ name: 'v', nfs: { server: at, path: '/' } }] }, name),
    );
  }
  await cluster.advance(130_000);
  const output = async (name: string): Promise<string> => {
    const { items } = await client.list(Event, { fieldSelector: `involvedObject.name=${name},reason=FailedMount` });
    return /Output: mount.nfs: (.*)/.exec(items[0]?.message ?? '')?.[1] ?? '';
  };
  const shown: string[] = [];
  for (const name of Object.keys(servers))
    shown.push(`${name} ${(await client.get(Pod, name, 'default')).status?.phase} ${await output(name)}`);
  expect(shown).toEqual([
    'address Running ',
    'service Running ',
    'name Pending Failed to resolve server files.default.svc.cluster.local: Name or service not known',
    'nobody Pending Connection timed out',
    'node Pending Connection refused',
  ]);
});

it('kubelet: a container sees how its volumes are mounted, and writes only to those that it may write to', async () => {
  const cluster = await start();
  for (const [name, ...mountOptions] of [
    ['quiet', 'noatime', 'nodev'],
    ['still', 'ro'],
  ] as const) {
    const { hostPath: _, ...spec } = volume(name, 1, { storageClassName: 'own', mountOptions }).spec;
    await cluster.client.create(PersistentVolume, { ...volume(name, 1), spec: { ...spec, csi: { driver: 'd', volumeHandle: name } } });
    await cluster.client.create(PersistentVolumeClaim, claim(name, 1, { storageClassName: 'own', volumeName: name }));
  }
  await makeAll(cluster, csiDriver({ name: 'd', flags: ['--enable-topology=false'] }));
  const script = 'mount | grep data; grep data /proc/mounts; echo a > /data/quiet/a && echo written; echo a > /data/still/a; sleep 1h';
  const names = ['quiet', 'still'];
  const container = {
    ...{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script] },
    volumeMounts: names.map((name) => ({ name, mountPath: `/data/${name}` })),
  };
  const volumes = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  await cluster.client.create(Pod, podOf({ containers: [container], volumes }));
  await cluster.advance(60_000);
  expect(await logOf(cluster)).toEqual([
    '/dev/sda1 on /data/quiet type ext4 (rw,nodev,noatime)',
    '/dev/sda1 on /data/still type ext4 (ro,relatime)',
    '/dev/sda1 /data/quiet ext4 rw,nodev,noatime 0 0',
    '/dev/sda1 /data/still ext4 ro,relatime 0 0',
    'written',
    "sh: can't create /data/still/a: Read-only file system",
  ]);
});
