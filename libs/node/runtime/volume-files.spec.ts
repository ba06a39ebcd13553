import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import { FileSystem } from '../files/file-system.js';
import { filesIn, keptDirectory, mayKeepFiles, volumeKey } from './volume-files.js';

const pod = (node: string, name = 'p'): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'n' },
  spec: { nodeName: node, containers: [] },
});

const volume = (name: string, spec: Partial<corev1.PersistentVolumeSpec>): KubeObject =>
  ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name, uid: `uid-${name}` }, spec }) as KubeObject;
const stored: Readonly<Record<string, KubeObject>> = {
  'persistentvolumes//cloud': volume('cloud', { csi: { driver: 'd', volumeHandle: 'h' } }),
  'persistentvolumes//disk': volume('disk', { local: { path: '/disk' } }),
  ...Object.fromEntries(
    ['cloud', 'disk', ''].map((volumeName) => [
      `persistentvolumeclaims/n/${volumeName || 'unbound'}`,
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { volumeName } } as KubeObject,
    ]),
  ),
};
const objects = {
  get: async <T extends KubeObject>(_: string, resource: string, namespace: string, name: string) =>
    stored[`${resource}/${namespace}/${name}`] as T | undefined,
  list: async () => [],
};
const key = (on: string, source: Partial<corev1.Volume>) => volumeKey(pod(on), { name: 'v', ...source }, objects);
const claim = (claimName: string) => ({ persistentVolumeClaim: { claimName } });

it('volumes have the same files where they are the same', async () => {
  expect(await key('a', { emptyDir: {} })).toBeUndefined();
  expect(await key('a', claim('missing'))).toBeUndefined();
  expect(await key('a', claim('unbound'))).toBeUndefined();
  expect(await key('a', claim('cloud'))).toMatch(/^volumes\/[0-9a-f]{40}$/);
  expect(await key('a', claim('cloud'))).toBe(await key('b', claim('cloud')));
  expect(await key('a', claim('disk'))).not.toBe(await key('b', claim('disk')));
  expect(await key('a', claim('disk'))).toBe(await key('a', { hostPath: { path: '/disk' } }));
  expect(await key('a', { nfs: { server: 's', path: '/' } })).toBe(await key('b', { nfs: { server: 's', path: '/' } }));
});

it.each<[Partial<corev1.Volume>, boolean]>([
  [{ emptyDir: {} }, false],
  [{ configMap: { name: 'c' } }, false],
  [{ hostPath: { path: '/' } }, true],
  [claim('c'), true],
])('whether files of %j outlive the pod: %s', (source, expected) => {
  const one = pod('a');
  expect(mayKeepFiles({ ...one, spec: { containers: [], volumes: [{ name: 'v', ...source }] } })).toBe(expected);
});

it('files, directories and links are made again', () => {
  const before = keptDirectory(undefined, 1);
  const fs = new FileSystem(before, { now: () => 5, limit: 1_000_000 });
  fs.makeDirectory('/d');
  fs.write('/d/f', 'text', { mode: 0o600 });
  fs.link('/l', 'd/f');
  const files = filesIn(before, 9);
  expect(files).toEqual([
    { path: '/d', at: 5, directory: true, mode: 0o755 },
    { path: '/d/f', at: 5, content: 'dGV4dA==', mode: 0o600 },
    { path: '/l', at: 5, link: 'd/f' },
  ]);
  const row = { kind: 'VolumeFiles', apiVersion: 'machine/v1', metadata: { name: 'v' }, files };
  expect(filesIn(keptDirectory(row, 20), 30)).toEqual(files);
});
