import { describe, expect, it } from '@jest/globals';
import type { corev1 } from '#api';
import { type DataDirectory, type EtcdData, NO_DATA, withDirectory } from '#apiserver';
import { dataDirectory, type MemberDirectory, planData } from './etcd-data.js';

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
    const plan = planData(data, members, 100);
    expect(plan.restore).toBeUndefined();
    expect(plan.troubles.map(({ node, message }) => `${node}: ${message}`)).toEqual(
      troubles.map((text) => expect.stringContaining(text) as unknown as string),
    );
  });

  it('is restored when all members have it, and what was open before can be opened again', () => {
    const members = ['a', 'b'].map((node) => ({ node, path: NEW }));
    const { restore, troubles } = planData(dataWith(directory('a', NEW, 7), directory('b', NEW, 7)), members, 100);
    expect(troubles).toEqual([]);
    expect(restore).toEqual({
      revision: 7,
      data: {
        ...NO_DATA,
        directories: [directory('a', '/var/lib/etcd', 100), directory('b', '/var/lib/etcd', 100)],
        open: { a: NEW, b: NEW },
      },
    });
    const back = planData(
      restore?.data ?? NO_DATA,
      ['a', 'b'].map((node) => ({ node, path: '/var/lib/etcd' })),
      130,
    );
    expect(back.restore).toEqual({
      revision: 100,
      data: {
        ...NO_DATA,
        directories: [directory('a', NEW, 130), directory('b', NEW, 130)],
        open: { a: '/var/lib/etcd', b: '/var/lib/etcd' },
      },
    });
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
