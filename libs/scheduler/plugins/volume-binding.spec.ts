import { CSIDriver, CSIStorageCapacity, type corev1, PersistentVolumeClaim, StorageClass, type storagev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import { node, pod, world } from '../test-objects.js';
import { alone, changed } from '../test-plugin.js';
import { claimOf, classOf, reaches, volumeOf, volumesOf } from '../volumes/test-volumes.js';

const wait = { volumeBindingMode: 'WaitForFirstConsumer' };
const later = classOf('later', wait);
const local = classOf('local', { ...wait, provisioner: 'kubernetes.io/no-provisioner' });
const host = 'kubernetes.io/hostname';
const user = (...claims: string[]): corev1.Pod => pod('p', { volumes: volumesOf(...claims) });
const verdicts = (wanted: corev1.Pod, objects: readonly KubeObject[]) =>
  alone('VolumeBinding').verdicts(wanted, world([node('a'), node('b')], [], { objects }));
const both = (text: string) => ({ a: text, b: text });
const conflict = "never: node(s) didn't find available persistent volumes to bind";
const affinity = "never: node(s) didn't match PersistentVolume's node affinity";

test.each<[string, corev1.Pod, KubeObject[], Record<string, string>]>([
  ['no claims', pod('p'), [], both('fits')],
  ['all bound', user('c'), [claimOf('c', { volume: 'v' }), volumeOf('v')], both('fits')],
  ['a claim that is missing', user('c'), [], both('never: persistentvolumeclaim "c" not found')],
  [
    'one of two is missing',
    user('c', 'd'),
    [claimOf('c', { volume: 'v' }), volumeOf('v')],
    both('never: persistentvolumeclaim "d" not found'),
  ],
  [
    'a claim that is to be bound at once',
    user('c'),
    [classOf('now'), claimOf('c', { storageClassName: 'now' })],
    both('never: pod has unbound immediate PersistentVolumeClaims'),
  ],
  ['a claim for which there is nothing', user('c'), [local, claimOf('c', { storageClassName: 'local' })], both(conflict)],
  [
    'bound to a volume of another node, and one for which there is nothing',
    user('c', 'd'),
    [
      local,
      claimOf('c', { volume: 'v' }),
      volumeOf('v', { nodeAffinity: reaches(host, 'b') }),
      claimOf('d', { storageClassName: 'local' }),
    ],
    { a: `${affinity}, node(s) didn't find available persistent volumes to bind`, b: conflict },
  ],
  [
    'the volume is missing',
    user('c'),
    [claimOf('c', { volume: 'v' })],
    both('never: node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'),
  ],
  [
    'the claim is lost',
    user('c'),
    [claimOf('c', { volume: 'v', phase: 'Lost' })],
    both('never: persistentvolumeclaim "c" bound to non-existent persistentvolume "v"'),
  ],
  [
    'a claim that is being deleted',
    user('c'),
    [{ ...claimOf('c', { volume: 'v' }), metadata: { ...claimOf('c').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }],
    both('never: persistentvolumeclaim "c" is being deleted'),
  ],
  [
    'volumes of one node',
    user('c'),
    [local, claimOf('c', { storageClassName: 'local' }), volumeOf('v', { storageClassName: 'local', nodeAffinity: reaches(host, 'b') })],
    { a: conflict, b: 'fits' },
  ],
  [
    'two claims, one volume',
    user('c', 'd'),
    [
      local,
      claimOf('c', { storageClassName: 'local' }),
      claimOf('d', { storageClassName: 'local' }),
      volumeOf('v', { storageClassName: 'local' }),
    ],
    both(conflict),
  ],
  ['a volume is to be made', user('c'), [later, claimOf('c', { storageClassName: 'later' })], both('fits')],
  [
    'on the node that was chosen',
    user('c'),
    [later, claimOf('c', { storageClassName: 'later', annotations: { 'volume.kubernetes.io/selected-node': 'b' } })],
    { a: conflict, b: 'fits' },
  ],
  [
    'where its class allows',
    user('c'),
    [
      classOf('here', { ...wait, allowedTopologies: [{ matchLabelExpressions: [{ key: host, values: ['a'] }] }] }),
      claimOf('c', { storageClassName: 'here' }),
    ],
    { a: 'fits', b: conflict },
  ],
])('VolumeBinding: %s', (_, wanted, objects, expected) => expect(verdicts(wanted, objects)).toEqual(expected));

const driver = (storageCapacity?: boolean): storagev1.CSIDriver => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  metadata: { name: 'example.com/p' },
  spec: storageCapacity === undefined ? {} : { storageCapacity },
});
const space = (more: Partial<storagev1.CSIStorageCapacity> = {}): storagev1.CSIStorageCapacity => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIStorageCapacity',
  metadata: { name: 'csisc-1', namespace: 'default' },
  storageClassName: 'later',
  nodeTopology: { matchLabels: { [host]: 'a' } },
  capacity: '2Gi',
  ...more,
});
const little = 'never: node(s) did not have enough free storage';

test.each<[string, KubeObject[], Record<string, string>]>([
  ['no driver', [], both('fits')],
  ['a driver that publishes nothing', [driver(), space({ capacity: '1Ki' })], both('fits')],
  ['on one node', [driver(true), space()], { a: 'fits', b: little }],
  ['everywhere', [driver(true), space({ nodeTopology: {} })], both('fits')],
  ['nowhere', [driver(true), space({ nodeTopology: undefined })], both(little)],
  ['too little', [driver(true), space({ capacity: '1Mi' })], both(little)],
  ['enough, but not for one volume', [driver(true), space({ maximumVolumeSize: '1Mi' })], both(little)],
  ['unknown', [driver(true), space({ capacity: undefined })], both(little)],
  ['of another class', [driver(true), space({ storageClassName: 'other' })], both(little)],
])('VolumeBinding: space that a driver has: %s', (_, objects, expected) => {
  expect(verdicts(user('c'), [later, claimOf('c', { storageClassName: 'later' }), ...objects])).toEqual(expected);
});

test('what may help a pod that waits', () => {
  const topology = [{ matchLabelExpressions: [{ key: host, values: ['a'] }] }];
  const helps = (on: unknown, change: ReturnType<typeof changed>) =>
    alone('VolumeBinding').helps(user('c'), { on: on as never, change, world: world([]) });
  expect([
    helps(StorageClass, changed(later)),
    helps(StorageClass, changed({ ...later, allowedTopologies: topology }, later)),
    helps(StorageClass, changed(later, later)),
    helps(CSIDriver, changed(driver(false), driver(true))),
    helps(CSIDriver, changed(driver(true), driver(false))),
    helps(CSIStorageCapacity, changed(space())),
    helps(CSIStorageCapacity, changed(space({ capacity: '3Gi' }), space())),
    helps(CSIStorageCapacity, changed(space({ maximumVolumeSize: '1Gi' }), space())),
    helps(PersistentVolumeClaim, changed(claimOf('c'))),
    helps(PersistentVolumeClaim, changed(claimOf('d'))),
  ]).toEqual([true, true, false, true, false, true, true, false, true, false]);
});
