import { describe, expect, it } from '@jest/globals';
import type { corev1 } from '#api';
import { type DataDirectory, type EtcdData, NO_DATA, withDirectory } from '#apiserver';
import { dataDirectory, type MemberDirectory, planData } from './etcd-data.js';
import { type EtcdPeer, kubeadmsPeers } from './membership.js';

const directory = (node: string, path: string, revision: number): DataDirectory => ({ node, path, revision });
const dataWith = (...directories: DataDirectory[]): EtcdData => ({ ...NO_DATA, directories });
const NEW = '/var/lib/etcd-from-backup';

describe('the data of etcd', () => {
  it.each<[string, EtcdData, MemberDirectory[], string[]]>([
    ['of kubeadm', NO_DATA, [{ node: 'a', path: '/var/lib/etcd' }], []],
    ['without a manifest', NO_DATA, [{ node: 'a' }], []],
    ['in a directory without data', NO_DATA, [{ node: 'a', path: NEW }], ['a: /var/lib/etcd-from-backup has no data of a member']],
    [
      'that only one of two members has',
      dataWith(directory('a', NEW, 7)),
      [{ node: 'a', path: NEW }, { node: 'b' }],
      ['a: {"level":"fatal","caller":"etcdmain/etcd.go:204","msg":"discovery failed"'],
    ],
  ])('%s', (_, data, members, troubles) => {
    const plan = planData(data, { members, peers: kubeadmsPeers(members.map(({ node }) => node)), revision: 100 });
    expect(plan.restore).toBeUndefined();
    expect(plan.troubles.map(({ node, message }) => `${node}: ${message}`)).toEqual(
      troubles.map((text) => expect.stringContaining(text) as unknown as string),
    );
  });

  it('is restored when all members have it, and what was open before can be opened again', () => {
    const members = ['a', 'b'].map((node) => ({ node, path: NEW }));
    const kubeadms = kubeadmsPeers(['a', 'b']);
    const { restore, troubles } = planData(dataWith(directory('a', NEW, 7), directory('b', NEW, 7)), {
      members,
      peers: kubeadms,
      revision: 100,
    });
    expect(troubles).toEqual([]);
    expect(restore).toEqual({
      revision: 7,
      data: {
        ...NO_DATA,
        directories: [directory('a', '/var/lib/etcd', 100), directory('b', '/var/lib/etcd', 100)],
        open: { a: NEW, b: NEW },
      },
    });
    const former = ['a', 'b'].map((node) => ({ node, path: '/var/lib/etcd' }));
    const back = planData(restore?.data ?? NO_DATA, { members: former, peers: kubeadms, revision: 130 });
    expect(back.restore).toEqual({
      revision: 100,
      data: {
        ...NO_DATA,
        directories: [directory('a', NEW, 130), directory('b', NEW, 130)],
        open: { a: '/var/lib/etcd', b: '/var/lib/etcd' },
      },
    });
  });

  const url = (node: string): string => `https://${node}:2380`;
  const peers = ['a', 'b'].map((node) => ({ id: `id-${node}`, node, peerURLs: [url(node)] }));
  const added = { id: 'id-c', peerURLs: [url('c')] };
  const joins = { urls: [url('c')], cluster: ['a', 'b', 'c'].map(url) };
  const c = (path: string, more: Partial<MemberDirectory> = {}): MemberDirectory => ({ node: 'c', path, joins, ...more });

  it.each<[string, MemberDirectory, EtcdPeer[], string]>([
    ['of a member that was removed', c('/var/lib/etcd'), [...peers, added], 'must be removed'],
    ['of a snapshot', c('/snapshot'), [...peers, added], 'cluster ID mismatch'],
    ['of a new cluster', { node: 'c', path: NEW }, [...peers, added], 'has no data of a member'],
    ['of a member that was not added', c(NEW), peers, 'member count is unequal'],
    ['of a member at another address', c(NEW), [...peers, { ...added, peerURLs: [url('d')] }], 'no match found for existing member (id-c'],
    ['of a member that runs elsewhere', c(NEW, { joins: { ...joins, urls: [url('a')] } }), [...peers, added], 'started on another node'],
  ])('%s on a node without a member', (_, directoryOfC, known, message) => {
    const members = [{ node: 'a', path: '/var/lib/etcd' }, directoryOfC];
    const plan = planData(dataWith(directory('c', '/snapshot', 7)), { members, peers: known, revision: 100 });
    expect(plan).toEqual({ troubles: [{ node: 'c', message: expect.stringContaining(message) }] });
  });

  it('is empty where a member that was added starts', () => {
    const plan = planData(NO_DATA, { members: [c(NEW)], peers: [...peers, added], revision: 100 });
    expect(plan).toEqual({
      troubles: [],
      started: { peers: [...peers, { ...added, node: 'c' }], data: { ...NO_DATA, open: { c: NEW } } },
    });
  });

  it('is that of one member in a cluster that this one is forced to begin', () => {
    const members = [{ node: 'a', path: '/var/lib/etcd', isForced: true }, c('/var/lib/etcd')];
    expect(planData(NO_DATA, { members, peers: [...peers, added], revision: 100 })).toEqual({
      troubles: [{ node: 'c', message: expect.stringContaining('must be removed') }],
      forced: peers[0],
    });
    expect(planData(NO_DATA, { members: members.slice(0, 1), peers: peers.slice(0, 1), revision: 100 })).toEqual({ troubles: [] });
  });

  it('is remembered of some directories', () => {
    const many = Array.from({ length: 25 }, (_, at) => directory('a', `/data/${at}`, at));
    const data = many.reduce(withDirectory, NO_DATA);
    expect([data.directories.length, data.directories[0]]).toEqual([20, many[5]]);
    expect(withDirectory(data, directory('a', '/data/24', 99)).directories.at(-1)).toEqual(directory('a', '/data/24', 99));
    expect(withDirectory(data, directory('a', `/${'x'.repeat(300)}`, 99))).toBe(data);
  });
});

it.each([
  ['the hostPath of the volume', [], '/var/lib/etcd-from-backup', '/var/lib/etcd-from-backup'],
  ['a directory in it', ['--data-dir=/var/lib/etcd/restored'], '/var/lib/etcd', '/var/lib/etcd/restored'],
  ['a directory of the container', ['--data-dir=/tmp/data/'], '/var/lib/etcd', '/tmp/data'],
])('a member has its data in %s', (_, flags, hostPath, path) => {
  const pod: corev1.Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'etcd' },
    spec: {
      containers: [
        { name: 'etcd', image: 'etcd', command: ['etcd', ...flags], volumeMounts: [{ name: 'etcd-data', mountPath: '/var/lib/etcd' }] },
      ],
      volumes: [{ name: 'etcd-data', hostPath: { path: hostPath } }],
    },
  };
  expect(dataDirectory(pod)).toBe(path);
});
