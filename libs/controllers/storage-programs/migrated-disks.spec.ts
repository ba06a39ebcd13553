import type { storagev1 } from '#api';
import { asCSI, migratedDriver } from '#component-helpers';
import { diskAnnotations, makesDisks, migratedDisk } from './migrated-disks.js';

const storageClass = (provisioner: string, parameters: Record<string, string> = {}): storagev1.StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 's' },
  provisioner,
  parameters,
});

it.each([
  ['kubernetes.io/aws-ebs', /^vol-0[0-9a-f]{16}$/],
  ['kubernetes.io/azure-disk', /^\/subscriptions\/.*\/disks\/pvc-u$/],
  ['kubernetes.io/cinder', /^u$/],
  ['kubernetes.io/gce-pd', /^projects\/UNSPECIFIED\/zones\/UNSPECIFIED\/disks\/pvc-u$/],
  ['kubernetes.io/portworx-volume', /^\d{18}$/],
  ['kubernetes.io/vsphere-volume', /^\[datastore\] fcd\/pvc-u\.vmdk$/],
])('a disk of %s is one of the driver that has replaced it', (plugin, handle) => {
  const source = migratedDisk(storageClass(plugin, { fsType: 'xfs' }), 'pvc-u');
  const { csi } = asCSI({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pvc-u' }, spec: { ...source } }).spec;
  expect([source?.csi, csi?.driver, csi?.volumeHandle, csi?.fsType]).toEqual([
    undefined,
    migratedDriver(plugin),
    expect.stringMatching(handle),
    'xfs',
  ]);
});

it('a share of azure-file is one of the driver that has replaced it, in its resource group', () => {
  const files = storageClass('kubernetes.io/azure-file', { fsType: 'xfs' });
  const metadata = { name: 'pvc-u', annotations: diskAnnotations(files) };
  const { csi } = asCSI({ apiVersion: 'v1', kind: 'PersistentVolume', metadata, spec: { ...migratedDisk(files, 'pvc-u') } }).spec;
  expect(csi).toEqual({
    driver: 'file.csi.azure.com',
    volumeHandle: expect.stringMatching(/^cluster#f[0-9a-f]{22}#pvc-u#pvc-u#default$/),
    volumeAttributes: { sharename: 'pvc-u' },
  });
  expect(diskAnnotations(storageClass('kubernetes.io/gce-pd'))).toEqual({});
});

it.each(['ebs.csi.aws.com', 'kubernetes.io/host-path'])('%s has none', (name) => {
  expect([makesDisks(name), migratedDisk(storageClass(name), 'pvc-u')]).toEqual([false, undefined]);
});
