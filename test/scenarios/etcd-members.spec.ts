import { expect, it } from '@jest/globals';
import { ConfigMap, Pod } from '#api';
import { ClusterFaults, NodeFiles } from '#cluster';
import { execIn } from './pod-exec.js';
import { openCluster } from './story.js';

const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml';
const PKI = '/etc/kubernetes/pki/etcd';
const CERTIFICATES = [`--cacert=${PKI}/ca.crt`, `--cert=${PKI}/server.crt`, `--key=${PKI}/server.key`];
const ID = '[0-9a-f]{15,16}';

async function opened(controlPlanes: number) {
  const cluster = await openCluster({ nodes: { count: controlPlanes + 1, controlPlanes, cpu: '4', memory: '8Gi', pods: 110 } });
  await cluster.settle();
  const faults = new ClusterFaults(cluster.api);
  /** What etcdctl prints in the member on a node. */
  const etcdctl = (node: string, line: string) =>
    execIn(cluster.api, { namespace: 'kube-system', name: `etcd-${node}` }, ['etcdctl', ...line.split(' '), ...CERTIFICATES]);
  /** The members as they are listed: their ids, whether they are started, and their names. */
  const members = async (node: string) =>
    (await etcdctl(node, 'member list'))
      .trim()
      .split('\n')
      .map((line) => line.split(', '))
      .map(([id = '', status, name, url = '', , learns]) => ({ id, status, name, url, learns }));
  const idOf = async (node: string, name: string) => (await members(node)).find((member) => member.name === name)?.id ?? '';
  const edit = async (node: string, ...changes: ReadonlyArray<readonly [string, string]>) => {
    const files = await NodeFiles.of(cluster.api, node);
    const text = changes.reduce((known, [from, to]) => known.replace(from, to), (await files.read(MANIFEST)) ?? '');
    await files.write(MANIFEST, text);
  };
  const addressOf = async (node: string) => (await cluster.client.get(Pod, `etcd-${node}`, 'kube-system')).status?.podIP ?? '';
  const writes = async (name: string) => {
    await cluster.client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });
  };
  const state = async (node: string) => {
    const { status } = await cluster.client.get(Pod, `etcd-${node}`, 'kube-system');
    const { state: now, lastState } = status?.containerStatuses?.[0] ?? {};
    return { state: Object.keys(now ?? {})[0], reason: now?.waiting?.reason, last: lastState?.terminated?.exitCode };
  };
  return { ...cluster, faults, etcdctl, members, idOf, edit, addressOf, writes, state };
}

it('etcd: a member is removed, its process ends, and the others go on; added again, it starts with an empty directory', async () => {
  const { settle, advance, faults, etcdctl, members, idOf, edit, addressOf, writes, state } = await opened(3);
  const [id, address] = [await idOf('control-plane', 'control-plane-3'), await addressOf('control-plane-3')];
  expect(await etcdctl('control-plane', `member remove ${id}`)).toMatch(new RegExp(`^Member ${id} removed from cluster ${ID}\n$`));
  await settle();
  await advance(30_000);
  expect((await members('control-plane')).map(({ name }) => name).sort()).toEqual(['control-plane', 'control-plane-2']);
  expect(await state('control-plane-3')).toEqual({ state: 'waiting', reason: 'CrashLoopBackOff', last: 1 });
  await writes('a');
  expect(await etcdctl('control-plane', `member remove ${id}`)).toBe('Error: etcdserver: member not found\n');
  const url = `https://${address}:2380`;
  const added = await etcdctl('control-plane', `member add control-plane-3 --peer-urls=${url}`);
  expect(added).toMatch(
    new RegExp(
      `^Member ${ID} added to cluster ${ID}\n\nETCD_NAME="control-plane-3"\nETCD_INITIAL_CLUSTER=".*control-plane-3=${url}.*"\nETCD_INITIAL_ADVERTISE_PEER_URLS="${url}"\nETCD_INITIAL_CLUSTER_STATE="existing"\n$`,
    ),
  );
  const listed = await members('control-plane');
  expect(listed.filter(({ name }) => name === '').map(({ status, url: peer, learns }) => [status, peer, learns])).toEqual([
    ['unstarted', url, 'false'],
  ]);
  expect(listed.some((member) => member.id === id)).toBe(false);
  expect((await faults.etcd()).members.map(({ name }) => name)).toEqual(['control-plane', 'control-plane-2', '']);
  // What it had is that of a member that was removed.
  expect(await state('control-plane-3')).toMatchObject({ state: 'waiting' });
  await edit('control-plane-3', ['path: /var/lib/etcd\n', 'path: /var/lib/etcd-new\n']);
  await settle();
  await advance(30_000);
  expect((await members('control-plane-3')).map(({ status, name }) => [status, name]).sort()).toEqual([
    ['started', 'control-plane'],
    ['started', 'control-plane-2'],
    ['started', 'control-plane-3'],
  ]);
  expect((await faults.etcd()).members.map(({ role }) => role).sort()).toEqual(['follower', 'follower', 'leader']);
  // It counts again: the cluster works without another one.
  await faults.inject({ type: 'stop', component: 'etcd', node: 'control-plane-2' });
  await advance(10_000);
  await writes('b');
});

it('etcd: the leader is removed, and the others elect one of them', async () => {
  const { advance, faults, etcdctl, idOf, writes } = await opened(3);
  const { leader = '' } = await faults.etcd();
  await etcdctl('control-plane-2', `member remove ${await idOf('control-plane-2', leader)}`);
  await advance(10_000);
  expect((await faults.etcd()).leader).toMatch(/^control-plane-[23]$/);
  await writes('a');
});

it('etcd: of two members the leader is removed, and the other one works alone', async () => {
  const { advance, faults, etcdctl, idOf, writes } = await opened(3);
  await etcdctl('control-plane-2', `member remove ${await idOf('control-plane-2', 'control-plane-3')}`);
  await etcdctl('control-plane-2', `member remove ${await idOf('control-plane-2', 'control-plane')}`);
  await advance(10_000);
  expect((await faults.etcd()).leader).toBe('control-plane-2');
  await writes('a');
  expect(await etcdctl('control-plane-2', `member remove ${await idOf('control-plane-2', 'control-plane-2')}`)).toBe(
    'Error: etcdserver: re-configuration failed due to not enough started members\n',
  );
});

it('etcd: a learner is promoted once it is started and in sync', async () => {
  const { settle, advance, etcdctl, members, idOf, edit, addressOf, faults } = await opened(3);
  const address = await addressOf('control-plane-3');
  await etcdctl('control-plane', `member remove ${await idOf('control-plane', 'control-plane-3')}`);
  await etcdctl('control-plane', `member add control-plane-3 --learner --peer-urls=https://${address}:2380`);
  const learner = (await members('control-plane')).find(({ learns }) => learns === 'true');
  expect(await etcdctl('control-plane', 'member add x --learner --peer-urls=https://10.9.9.9:2380')).toBe(
    'Error: etcdserver: too many learner members in cluster\n',
  );
  expect(await etcdctl('control-plane', `member promote ${learner?.id}`)).toBe(
    'Error: etcdserver: can only promote a learner member which is in sync with leader\n',
  );
  await edit('control-plane-3', ['path: /var/lib/etcd\n', 'path: /var/lib/etcd-new\n']);
  await settle();
  await advance(10_000);
  expect((await faults.etcd()).members.map(({ role }) => role)).toContain('learner');
  expect(await etcdctl('control-plane', `member promote ${learner?.id}`)).toMatch(
    new RegExp(`^Member ${learner?.id} promoted in cluster ${ID}\n$`),
  );
  expect((await members('control-plane')).map(({ learns }) => learns)).toEqual(['false', 'false', 'false']);
  expect(await etcdctl('control-plane', `member promote ${learner?.id}`)).toBe('Error: etcdserver: can only promote a learner member\n');
});

it('etcd: a member with a manifest that does not fit the cluster does not join it', async () => {
  const { advance, etcdctl, idOf, edit, client } = await opened(3);
  await etcdctl('control-plane', `member remove ${await idOf('control-plane', 'control-plane-3')}`);
  await edit('control-plane-3', ['path: /var/lib/etcd\n', 'path: /var/lib/etcd-new\n']);
  await advance(10_000);
  const { status } = await client.get(Pod, 'etcd-control-plane-3', 'kube-system');
  expect(status?.containerStatuses?.[0]?.ready).toBe(false);
});

it('etcd: the only member that adds another one has no quorum until that is started; --force-new-cluster gives it up', async () => {
  const { advance, faults, etcdctl, edit, writes, members } = await opened(1);
  expect(await etcdctl('control-plane', 'member add second --peer-urls=https://10.9.9.9:2380')).toContain('ETCD_NAME="second"');
  await advance(10_000);
  expect((await faults.etcd()).leader).toBeUndefined();
  await expect(writes('a')).rejects.toThrow('etcdserver: request timed out');
  await edit('control-plane', ['- --name=control-plane\n', '- --name=control-plane\n        - --force-new-cluster\n']);
  await advance(10_000);
  await writes('b');
  expect((await members('control-plane')).map(({ name }) => name)).toEqual(['control-plane']);
});

it('etcd: a member is known by another URL', async () => {
  const { etcdctl, members, idOf } = await opened(1);
  const id = await idOf('control-plane', 'control-plane');
  expect(await etcdctl('control-plane', `member update ${id} --peer-urls=https://10.0.0.1:2390`)).toMatch(
    new RegExp(`^Member ${id} updated in cluster ${ID}\n$`),
  );
  expect((await members('control-plane')).map(({ url }) => url)).toEqual(['https://10.0.0.1:2390']);
});
