import { expect, it } from '@jest/globals';
import type { corev1 } from '#api';
import { mountsText, mountTable } from './mount-table.js';

const persistent = (spec: Partial<corev1.PersistentVolumeSpec>, annotations = {}): corev1.PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv', annotations },
  spec,
});
const claim = { persistentVolumeClaim: { claimName: 'c' } };
const nfs = { server: '10.0.0.9', path: '/export' };
const csi = { driver: 'd', volumeHandle: 'h' };

it.each<[string, Partial<corev1.Volume>, Partial<corev1.PersistentVolumeSpec> | undefined, string]>([
  ['an emptyDir', { emptyDir: {} }, undefined, '/dev/sda1 /data ext4 rw,relatime'],
  ['memory', { emptyDir: { medium: 'Memory' } }, undefined, 'tmpfs /data tmpfs rw,relatime'],
  ['a ConfigMap', { configMap: { name: 'c' } }, undefined, '/dev/sda1 /data ext4 ro,relatime'],
  ['a Secret', { secret: { secretName: 's' } }, undefined, 'tmpfs /data tmpfs ro,relatime'],
  ['an image', { image: { reference: 'nginx' } }, undefined, 'overlay /data overlay ro,relatime'],
  ['a directory of the node', { hostPath: { path: '/x' } }, undefined, '/dev/sda1 /data ext4 rw,relatime'],
  ['a disk', claim, { csi }, '/dev/sda1 /data ext4 rw,relatime'],
  ['a disk that is only read', claim, { csi: { ...csi, readOnly: true } }, '/dev/sda1 /data ext4 ro,relatime'],
  ['a claim that is only read', { persistentVolumeClaim: { claimName: 'c', readOnly: true } }, { csi }, '/dev/sda1 /data ext4 ro,relatime'],
  [
    'a disk with options',
    claim,
    { csi: { ...csi, fsType: 'xfs' }, mountOptions: ['discard', 'noatime', 'nodev', 'rw'] },
    '/dev/sda1 /data xfs rw,nodev,noatime,discard',
  ],
  ['a disk that is mounted to be read', claim, { csi, mountOptions: ['ro,noexec'] }, '/dev/sda1 /data ext4 ro,noexec,relatime'],
  [
    'NFS',
    { nfs },
    undefined,
    '10.0.0.9:/export /data nfs4 rw,relatime,vers=4.2,rsize=1048576,wsize=1048576,namlen=255,hard,proto=tcp,timeo=600,retrans=2,sec=sys',
  ],
  [
    'NFS with options',
    claim,
    { nfs: { ...nfs, readOnly: true }, mountOptions: ['nfsvers=4.1', 'soft', 'timeo=30', 'noatime', 'nconnect=4'] },
    '10.0.0.9:/export /data nfs4 ro,noatime,vers=4.1,rsize=1048576,wsize=1048576,namlen=255,soft,proto=tcp,timeo=30,retrans=2,sec=sys,nconnect=4',
  ],
  [
    'NFS of version 3',
    claim,
    { nfs, mountOptions: ['vers=3', 'udp', 'nolock'] },
    '10.0.0.9:/export /data nfs rw,relatime,vers=3,rsize=1048576,wsize=1048576,namlen=255,hard,proto=udp,timeo=600,retrans=2,sec=sys,nolock',
  ],
])('%s', (_, volume, bound, want) => {
  const volumes = new Map([['v', { volume: { name: 'v', ...volume }, bound: bound && persistent(bound) }]]);
  const lines = mountTable({ name: 'c', volumeMounts: [{ name: 'v', mountPath: '/data/' }] }, volumes);
  expect(mountsText(lines.slice(3))).toBe(`${want} 0 0\n`);
});

it('options in the annotation go before those of the spec', () => {
  const bound = persistent({ csi, mountOptions: ['noexec'] }, { 'volume.beta.kubernetes.io/mount-options': 'ro,nosuid' });
  const lines = mountTable(
    { name: 'c', volumeMounts: [{ name: 'v', mountPath: '/my data' }] },
    new Map([['v', { volume: { name: 'v', ...claim }, bound }]]),
  );
  expect(mountsText(lines.slice(3))).toBe('/dev/sda1 /my\\040data ext4 ro,nosuid,relatime 0 0\n');
});

it.each([
  [false, 'rw'],
  [true, 'ro'],
])('the root file system that is read-only: %p', (readOnlyRootFilesystem, want) => {
  const [root] = mountTable({ name: 'c', securityContext: { readOnlyRootFilesystem } }, new Map());
  expect(root?.options).toEqual([want, 'relatime']);
});
