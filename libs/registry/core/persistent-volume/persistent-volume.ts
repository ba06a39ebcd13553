import type { corev1 } from '#api';
import { formatTime } from '#apimachinery';
import type { Column, ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../../columns.js';
import { formatAccessModes } from '../access-modes.js';
import { setAzureDiskDefaults } from '../pod/volume-defaults.js';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './validate.js';
import { persistentVolumeWarnings } from './warnings.js';

type PersistentVolume = corev1.PersistentVolume;

/** The class of a volume or claim: the old annotation takes precedence (core helper GetPersistentVolumeClass). */
export function storageClassOf(object: { metadata: corev1.PersistentVolume['metadata']; spec?: { storageClassName?: string } }): string {
  return object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? object.spec?.storageClassName ?? '';
}

function setDefaults(object: PersistentVolume): void {
  object.spec ??= {};
  const { spec } = object;
  object.status ??= {};
  object.status.phase ||= 'Pending';
  spec.persistentVolumeReclaimPolicy ||= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  if (spec.hostPath) spec.hostPath.type ??= '';
  if (spec.iscsi) spec.iscsi.iscsiInterface ||= 'default';
  if (spec.rbd) {
    spec.rbd.pool ||= 'rbd';
    spec.rbd.user ||= 'admin';
    spec.rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (spec.azureDisk) setAzureDiskDefaults(spec.azureDisk);
  if (spec.scaleIO) {
    spec.scaleIO.storageMode ||= 'ThinProvisioned';
    spec.scaleIO.fsType ||= 'xfs';
  }
}

const status: SubresourceStrategy<PersistentVolume> = {
  prepareForUpdate(object, old, ctx) {
    object.spec = old.spec;
    object.status ??= {};
    const [before, after] = [old.status?.lastPhaseTransitionTime, object.status.lastPhaseTransitionTime];
    if (old.status?.phase === object.status.phase) object.status.lastPhaseTransitionTime ??= before;
    else if (after === undefined || after === before) object.status.lastPhaseTransitionTime = formatTime(ctx.clock.now());
  },
};

const columns: readonly Column<PersistentVolume>[] = [
  nameColumn,
  { name: 'Capacity', type: 'string', cell: (object) => object.spec.capacity?.storage ?? '0' },
  { name: 'Access Modes', type: 'string', cell: (object) => formatAccessModes(object.spec.accessModes) },
  { name: 'Reclaim Policy', type: 'string', cell: (object) => object.spec.persistentVolumeReclaimPolicy ?? '' },
  { name: 'Status', type: 'string', cell: (object) => (object.metadata.deletionTimestamp ? 'Terminating' : (object.status?.phase ?? '')) },
  {
    name: 'Claim',
    type: 'string',
    cell: ({ spec }) => (spec.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : ''),
  },
  { name: 'StorageClass', type: 'string', description: 'StorageClass of the pv', cell: storageClassOf },
  {
    name: 'VolumeAttributesClass',
    type: 'string',
    description: 'VolumeAttributesClass of the pv',
    cell: (object) => object.spec.volumeAttributesClassName ?? '<unset>',
  },
  { name: 'Reason', type: 'string', cell: (object) => object.status?.reason ?? '' },
  ageColumn,
  { name: 'VolumeMode', type: 'string', priority: 1, cell: (object) => object.spec.volumeMode ?? '<unset>' },
];

/** PersistentVolumes (pkg/registry/core/persistentvolume). The protection finalizer is set by admission. */
export const persistentVolume: ResourceStrategy<PersistentVolume> = {
  group: '',
  resource: 'persistentvolumes',
  returnsDeletedObject: true,
  setDefaults,
  prepareForCreate(object, ctx) {
    object.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(ctx.clock.now()) };
  },
  validate: validatePersistentVolume,
  prepareForUpdate(object, old) {
    object.status = old.status;
  },
  validateUpdate: validatePersistentVolumeUpdate,
  warnings: persistentVolumeWarnings,
  subresources: { status },
  columns,
};
