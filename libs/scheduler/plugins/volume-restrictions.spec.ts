import { type corev1, PersistentVolumeClaim, Pod } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone, changed, removed } from '../test-plugin.js';
import { claimOf, volumesOf } from '../volumes/test-volumes.js';

const disk = 'not now: node(s) had no available disk';
const used = 'not now: node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
const gce = (pdName: string, readOnly = false): Partial<corev1.Volume> => ({ gcePersistentDisk: { pdName, readOnly } });
const ebs = (volumeID: string): Partial<corev1.Volume> => ({ awsElasticBlockStore: { volumeID } });
const rbd = (image: string, monitors = ['a', 'b'], readOnly = false): Partial<corev1.Volume> => ({
  rbd: { monitors, pool: 'foo', image, fsType: 'ext4', readOnly },
});
const iscsi = (iqn: string, readOnly = false): Partial<corev1.Volume> => ({
  iscsi: { targetPortal: '127.0.0.1:3260', iqn, lun: 0, readOnly },
});
const withVolume = (name: string, volume: Partial<corev1.Volume>, nodeName?: string): corev1.Pod =>
  pod(name, { volumes: [{ name: 'v', ...volume }], ...(nodeName ? { nodeName } : {}) });

test.each<[string, Partial<corev1.Volume>, Partial<corev1.Volume> | undefined, string]>([
  ['nothing', {}, undefined, 'fits'],
  ['a volume without restrictions', { emptyDir: {} }, gce('foo'), 'fits'],
  ['a GCE disk, nobody else', gce('foo'), undefined, 'fits'],
  ['the same GCE disk', gce('foo'), gce('foo'), disk],
  ['the same GCE disk, both to read', gce('foo', true), gce('foo', true), 'fits'],
  ['the same GCE disk, one to read', gce('foo', true), gce('foo'), disk],
  ['another GCE disk', gce('bar'), gce('foo'), 'fits'],
  ['the same EBS volume', ebs('foo'), ebs('foo'), disk],
  ['another EBS volume', ebs('bar'), ebs('foo'), 'fits'],
  ['the same RBD image', rbd('bar'), rbd('bar'), disk],
  ['the same RBD image of other monitors', rbd('bar', ['c']), rbd('bar'), 'fits'],
  ['the same RBD image, both to read', rbd('bar', ['a'], true), rbd('bar', ['a'], true), 'fits'],
  ['another RBD image', rbd('foo'), rbd('bar'), 'fits'],
  ['the same iSCSI target', iscsi('iqn.2016-12.server:storage.target01'), iscsi('iqn.2016-12.server:storage.target01'), disk],
  ['the same iSCSI target, both to read', iscsi('x', true), iscsi('x', true), 'fits'],
  ['another iSCSI target', iscsi('y'), iscsi('x'), 'fits'],
])('VolumeRestrictions: %s', (_, wanted, taken, expected) => {
  const placed = taken ? [withVolume('q', taken, 'n')] : [];
  expect(alone('VolumeRestrictions').verdicts(withVolume('p', wanted), world([node('n')], placed))).toEqual({ n: expected });
});

const objects = [
  claimOf('once', { accessModes: ['ReadWriteOncePod'] }),
  claimOf('once-too', { accessModes: ['ReadWriteOncePod'] }),
  claimOf('many', { accessModes: ['ReadWriteMany'] }),
];
const user = (name: string, claims: string[], nodeName?: string): corev1.Pod =>
  pod(name, { volumes: volumesOf(...claims), ...(nodeName ? { nodeName } : {}) });

test.each<[string, string[], corev1.Pod[], string]>([
  ['nothing', [], [user('q', ['once'], 'n')], 'fits'],
  ['a claim that is missing', ['none'], [], 'never: persistentvolumeclaim "none" not found'],
  ['a claim that many pods may use', ['many'], [user('q', ['many'], 'n')], 'fits'],
  ['another claim', ['once'], [user('q', ['once-too'], 'n')], 'fits'],
  ['a claim that another pod has', ['once'], [user('q', ['once'], 'n')], used],
  ['a claim that a pod on another node has', ['once'], [user('q', ['once'], 'm')], used],
  ['two claims that another pod has', ['once', 'once-too'], [user('q', ['once', 'once-too'], 'n')], used],
])('VolumeRestrictions with ReadWriteOncePod: %s', (_, claims, placed, expected) => {
  const on = world([node('n'), node('m')], placed, { objects });
  expect(alone('VolumeRestrictions').verdicts(user('p', claims), on).n).toBe(expected);
});

test('what may help a pod that waits', () => {
  const helps = (on: typeof Pod | typeof PersistentVolumeClaim, change: ReturnType<typeof changed>) =>
    alone('VolumeRestrictions').helps(user('p', ['once']), { on: on as never, change, world: world([]) });
  expect([
    helps(Pod, removed(user('q', ['once'], 'n'))),
    helps(Pod, removed(user('q', ['many'], 'n'))),
    helps(Pod, changed(user('q', ['once'], 'n'))),
    helps(PersistentVolumeClaim, changed(claimOf('once'))),
    helps(PersistentVolumeClaim, changed(claimOf('many'))),
  ]).toEqual([true, false, false, true, false]);
});
