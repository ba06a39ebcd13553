import { expect, it } from '@jest/globals';
import { ConfigMap, type corev1, Namespace, Pod } from '#api';
import { ClusterFaults, NodeFiles } from '#cluster';
import { execIn } from './pod-exec.js';
import { openCluster } from './story.js';

const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';
const PKI = '/etc/kubernetes/pki/etcd';
const CERTIFICATES = [`--cacert=${PKI}/ca.crt`, `--cert=${PKI}/server.crt`, `--key=${PKI}/server.key`];
const ONE = { count: 2, cpu: '4', memory: '8Gi', pods: 110 };
const SAVED = '/var/lib/etcd/backup.db';
const RESTORED = '/var/lib/etcd/from-backup';
const map = (name: string): corev1.ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { name },
});

async function opened(nodes: { count: number; controlPlanes?: number } = ONE) {
  const cluster = await openCluster({ nodes: { ...ONE, ...nodes } });
  await cluster.settle();
  /** What kubectl exec prints in a member of etcd. */
  const exec = (node: string, ...command: string[]) => execIn(cluster.api, { namespace: 'kube-system', name: `etcd-${node}` }, command);
  const maps = async () => (await cluster.client.list(ConfigMap, { namespace: 'default' })).items.map(({ metadata }) => metadata.name);
  const namespaces = async () => (await cluster.client.list(Namespace)).items.map(({ metadata }) => metadata.name);
  const edit = async (node: string, from: string, to: string) => {
    const files = await NodeFiles.of(cluster.api, node);
    await files.write(MANIFEST, ((await files.read(MANIFEST)) ?? '').replace(from, to));
  };
  return { ...cluster, faults: new ClusterFaults(cluster.api), exec, maps, namespaces, edit };
}

it('etcd: a snapshot is saved, restored to another directory, and what was deleted is back when the manifest names that', async () => {
  const { client, settle, advance, exec, maps, namespaces, edit } = await opened();
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' }, spec: {} });
  await client.create(ConfigMap, map('a'));
  await settle();
  expect(await exec('control-plane', 'etcdctl', ...CERTIFICATES, 'snapshot', 'save', SAVED)).toBe(
    `Snapshot saved at ${SAVED}\nServer version 3.6.8\n`,
  );
  await client.delete(Namespace, 'team');
  await client.delete(ConfigMap, 'a', 'default');
  await client.create(ConfigMap, map('b'));
  await settle();
  expect([await maps(), (await namespaces()).includes('team')]).toEqual([['b', 'kube-root-ca.crt'], false]);
  expect(await exec('control-plane', 'etcdutl', 'snapshot', 'restore', SAVED, '--data-dir', RESTORED)).toMatch(
    /restoring snapshot.*\n.*restored snapshot/,
  );
  expect(await exec('control-plane', 'etcdutl', 'snapshot', 'restore', SAVED, '--data-dir', RESTORED)).toBe(
    `Error: data-dir "${RESTORED}" not empty or could not be read\n`,
  );
  expect(await maps()).toEqual(['b', 'kube-root-ca.crt']);
  await edit('control-plane', 'path: /var/lib/etcd\n', `path: ${RESTORED}\n`);
  await settle();
  await advance(30_000);
  expect([await maps(), (await namespaces()).includes('team')]).toEqual([['a', 'kube-root-ca.crt'], true]);
  expect((await client.get(ConfigMap, 'a', 'default')).data).toEqual({ name: 'a' });
  const { spec, status } = await client.get(Pod, 'etcd-control-plane', 'kube-system');
  expect([spec.volumes?.find(({ name }) => name === 'etcd-data')?.hostPath?.path, status?.phase]).toEqual([RESTORED, 'Running']);
  // The cluster works, and the former data is still there.
  await client.create(ConfigMap, map('c'));
  await edit('control-plane', `path: ${RESTORED}\n`, 'path: /var/lib/etcd\n');
  await settle();
  expect(await maps()).toEqual(['b', 'kube-root-ca.crt']);
});

it('etcd: a snapshot can be restored after the log was compacted, and the directory that was left is there, too', async () => {
  const { client, settle, exec, maps, edit, compact } = await opened();
  await client.create(ConfigMap, map('a'));
  await settle();
  await exec('control-plane', 'etcdctl', ...CERTIFICATES, 'snapshot', 'save', SAVED);
  const [, hash = ''] = /^(\w{8}), (\d+), (\d+), /.exec(await exec('control-plane', 'etcdutl', 'snapshot', 'status', SAVED)) ?? [];
  expect(hash).toMatch(/^[0-9a-f]{8}$/);
  await client.delete(ConfigMap, 'a', 'default');
  await client.create(ConfigMap, map('b'));
  await settle();
  await compact();
  expect(await exec('control-plane', 'etcdutl', 'snapshot', 'restore', SAVED, '--data-dir', RESTORED)).toMatch(/restored snapshot/);
  await edit('control-plane', 'path: /var/lib/etcd\n', `path: ${RESTORED}\n`);
  await settle();
  expect([await maps(), (await client.get(ConfigMap, 'a', 'default')).data]).toEqual([['a', 'kube-root-ca.crt'], { name: 'a' }]);
  await compact();
  await edit('control-plane', `path: ${RESTORED}\n`, 'path: /var/lib/etcd\n');
  await settle();
  expect(await maps()).toEqual(['b', 'kube-root-ca.crt']);
});

it('etcd: a member does not come up with a directory without data', async () => {
  const { client, advance, faults, edit, maps } = await opened();
  await client.create(ConfigMap, map('a'));
  await edit('control-plane', 'path: /var/lib/etcd\n', 'path: /var/lib/empty\n');
  await advance(10_000);
  expect((await faults.etcd()).members.map(({ role }) => role)).toEqual(['stopped']);
  await expect(client.create(ConfigMap, map('b'))).rejects.toThrow('connect: connection refused');
  await edit('control-plane', 'path: /var/lib/empty\n', 'path: /var/lib/etcd\n');
  await advance(10_000);
  expect(await maps()).toEqual(['a', 'kube-root-ca.crt']);
});

it('etcd: a member with other data than the rest does not come up, and the others go on', async () => {
  const { client, advance, faults, exec, edit, maps } = await opened({ count: 4, controlPlanes: 3 });
  await client.create(ConfigMap, map('a'));
  await exec('control-plane', 'etcdctl', ...CERTIFICATES, 'snapshot', 'save', SAVED);
  await client.delete(ConfigMap, 'a', 'default');
  await exec('control-plane', 'etcdutl', 'snapshot', 'restore', SAVED, '--data-dir', RESTORED);
  await edit('control-plane', 'path: /var/lib/etcd\n', `path: ${RESTORED}\n`);
  await advance(10_000);
  expect([(await faults.etcd()).members[0]?.role, await maps()]).toEqual(['stopped', ['kube-root-ca.crt']]);
  expect((await faults.etcd()).leader).toMatch(/^control-plane-[23]$/);
});

it('etcd: files that are no snapshots are not restored', async () => {
  const { exec } = await opened();
  expect(await exec('control-plane', 'etcdutl', 'snapshot', 'restore', '/var/lib/etcd/none.db')).toBe(
    'Error: open /var/lib/etcd/none.db: no such file or directory\n',
  );
  expect(await exec('control-plane', 'etcdutl', 'snapshot', 'restore')).toBe('Error: snapshot restore requires exactly one argument\n');
  expect(await exec('control-plane', 'etcdutl', 'snapshot', 'restore', '/etc/hosts', '--data-dir=/var/lib/etcd/x')).toBe(
    'Error: snapshot missing hash but --skip-hash-check=false\n',
  );
});
