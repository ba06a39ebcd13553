import type { corev1 } from '#api';
import { FileSystem } from '../files/file-system.js';
import { directory } from '../files/nodes.js';
import { hasStorageLimits, StorageMeters } from './storage-limits.js';

const MI = 1024 ** 2;
const container = (name: string, limit?: string): corev1.Container => ({
  name,
  image: 'i',
  ...(limit ? { resources: { limits: { 'ephemeral-storage': limit } } } : {}),
});
const podOf = (containers: corev1.Container[], ...volumes: corev1.Volume[]): corev1.Pod => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
  spec: { containers, volumes },
});
const empty = (name: string, emptyDir: corev1.EmptyDirVolumeSource = {}): corev1.Volume => ({ name, emptyDir });

const POD = 'Pod ephemeral local storage usage exceeds the total limit of containers ';
it.each<[string, corev1.Pod, Record<string, number>, string | undefined]>([
  ['nothing', podOf([container('c', '1Mi')]), {}, undefined],
  ['as much as it may', podOf([container('c', '1Mi')]), { c: MI }, undefined],
  ['more in its only container', podOf([container('c', '1Mi')]), { c: MI + 1 }, `${POD}1Mi. `],
  [
    'more in one of two',
    podOf([container('c', '1Mi'), container('d', '5Mi')]),
    { c: 2 * MI },
    'Container c exceeded its local ephemeral storage limit "1Mi". ',
  ],
  ['more in all', podOf([container('c', '2Mi'), container('d', '2Mi')]), { c: 2 * MI, d: 2 * MI, v: 0 }, undefined],
  ['more with its volumes', podOf([container('c', '2Mi')], empty('v')), { c: MI, v: 2 * MI }, `${POD}2Mi. `],
  [
    'more in a volume',
    podOf([container('c', '2Mi')], empty('v', { sizeLimit: '1Mi' })),
    { v: 3 * MI },
    'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ',
  ],
  ['in a volume without a limit', podOf([container('c')], empty('v', { sizeLimit: '0' })), { v: MI }, undefined],
  ['in memory', podOf([container('c', '1Mi')], empty('v', { medium: 'Memory', sizeLimit: '3Mi' })), { v: 3 * MI }, undefined],
])('a pod that stores %s', (_, pod, used, expected) => {
  const meters = new StorageMeters(pod);
  for (const [name, bytes] of Object.entries(used)) (meters.ofContainer(name) ?? meters.ofVolume(name))?.add(bytes, 1000);
  expect(meters.overage).toEqual(expected && { at: 10_000, message: expected });
});

it.each([
  ['none', podOf([container('c')], empty('v')), false],
  ['those of a volume', podOf([container('c')], empty('v', { sizeLimit: '1Mi' })), true],
  ['those of a container', podOf([container('c'), container('d', '1Mi')]), true],
] as const)('limits of a pod: %s', (_, pod, expected) => expect(hasStorageLimits(pod)).toBe(expected));

it('files are counted where they are, links followed', () => {
  const meters = new StorageMeters(podOf([container('c', '1Mi')], empty('v', { medium: 'Memory', sizeLimit: '2Mi' })));
  const root = directory(0);
  const files = new FileSystem(root, { now: () => 0, limit: 8192, meter: meters.ofContainer('c') });
  files.mount('/v', { ...directory(0), meter: meters.ofVolume('v') });
  files.link('/l', '/v');
  files.write('/l/a', '', { zeros: MI });
  files.write('/v/b', '\0'.repeat(5000));
  expect(() => files.write('/l/b', '', { zeros: 2 * MI })).toThrow('No space left on device');
  expect(() => files.write('/c', '', { zeros: 1024 ** 4 })).toThrow('No space left on device');
  files.move('/v/a', '/a');
  expect([files.read('/v/b').length, meters.overage]).toEqual([5000, undefined]);
  // Zeros that are not at the end of a file have to be held.
  expect(() => files.write('/a', 'x', { append: true })).toThrow('No space left on device');
  files.write('/v/b', 'x', { append: true });
  expect(files.read('/v/b').length).toBe(5001);
});
