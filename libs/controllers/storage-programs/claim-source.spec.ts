import type { corev1, storagev1 } from '#api';
import { attributesTrouble, isPopulated, sourceTrouble } from './claim-source.js';

const claim = (spec: Partial<corev1.PersistentVolumeClaimSpec>): corev1.PersistentVolumeClaim => ({
  ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' } },
  spec: { accessModes: ['ReadWriteOnce'], ...spec },
});

test.each<[string, Partial<corev1.PersistentVolumeClaimSpec>, boolean, string | undefined]>([
  ['nothing', {}, false, undefined],
  [
    'a snapshot',
    { dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' } },
    false,
    'CSI driver does not support snapshot restore: controller CREATE_DELETE_SNAPSHOT capability is not reported',
  ],
  [
    'a snapshot of another group',
    { dataSourceRef: { apiGroup: 'example.com', kind: 'VolumeSnapshot', name: 's' } },
    false,
    'the PVC source does not belong to the right APIGroup. Expected snapshot.storage.k8s.io, Got example.com',
  ],
  [
    'a claim',
    { dataSource: { kind: 'PersistentVolumeClaim', name: 'a' } },
    false,
    'CSI driver does not support clone operations: controller CLONE_VOLUME capability is not reported',
  ],
  ['anything else', { dataSourceRef: { apiGroup: 'example.com', kind: 'Picture', name: 'p' } }, true, undefined],
])('a volume of %s', (_, spec, populated, trouble) => {
  expect([isPopulated(claim(spec)), sourceTrouble(claim(spec))]).toEqual([populated, trouble]);
});

const DRIVER = { name: 'd', modifies: true, mutableParameters: new Set(['iops']) };
const attributes = (driverName: string, parameters: Record<string, string>): storagev1.VolumeAttributesClass => ({
  ...{ apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttributesClass', metadata: { name: 'gold' }, driverName, parameters },
});

test.each<[string, string | undefined, storagev1.VolumeAttributesClass | undefined, typeof DRIVER, string | undefined]>([
  ['no class', undefined, undefined, { ...DRIVER, modifies: false }, undefined],
  ['a class of the driver', 'gold', attributes('d', { iops: '5' }), DRIVER, undefined],
  ['no such class', 'gold', undefined, DRIVER, 'volumeattributesclasses.storage.k8s.io "gold" not found'],
  [
    'a class of another driver',
    'gold',
    attributes('e', {}),
    DRIVER,
    'VAC gold referenced in PVC is for driver e which does not match driver name d',
  ],
  [
    'parameters that the driver does not know',
    'gold',
    attributes('d', { iops: '5', tier: 'x', colour: 'red' }),
    DRIVER,
    'rpc error: code = InvalidArgument desc = invalid parameters: [colour tier]',
  ],
  [
    'a driver that modifies nothing',
    'gold',
    attributes('d', {}),
    { ...DRIVER, modifies: false },
    'CSI driver does not support VolumeAttributesClass: controller MODIFY_VOLUME capability is not reported',
  ],
])('a volume with attributes: %s', (_, volumeAttributesClassName, found, driver, expected) => {
  expect(attributesTrouble(claim(volumeAttributesClassName ? { volumeAttributesClassName } : {}), found, driver)).toBe(expected);
});
