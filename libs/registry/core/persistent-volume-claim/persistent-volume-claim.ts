import type { corev1 } from '#api';
import type { Column, ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../../columns.js';
import { formatAccessModes } from '../access-modes.js';
import { storageClassOf } from '../persistent-volume/persistent-volume.js';
import { dropDisabledDataSources, normalizeDataSources } from './data-source.js';
import { validateClaim } from './validate.js';
import { validateClaimStatusUpdate, validateClaimUpdate } from './validate-update.js';
import { claimWarnings } from './warnings.js';

type Claim = corev1.PersistentVolumeClaim;

/** Defaults of a claim's spec, also in the templates of StatefulSets (core/v1 SetDefaults_PersistentVolumeClaimSpec). */
export function setClaimDefaults(claim: Claim): void {
  claim.spec ??= {};
  claim.spec.resources ??= {};
  claim.spec.volumeMode ??= 'Filesystem';
  claim.status ??= {};
  claim.status.phase ||= 'Pending';
}

const status: SubresourceStrategy<Claim> = {
  prepareForUpdate(object, old) {
    object.spec = old.spec;
  },
  validateUpdate: validateClaimStatusUpdate,
};

const columns: readonly Column<Claim>[] = [
  nameColumn,
  { name: 'Status', type: 'string', cell: (object) => (object.metadata.deletionTimestamp ? 'Terminating' : (object.status?.phase ?? '')) },
  { name: 'Volume', type: 'string', cell: (object) => object.spec.volumeName ?? '' },
  { name: 'Capacity', type: 'string', cell: (object) => (object.spec.volumeName ? (object.status?.capacity?.storage ?? '0') : '') },
  { name: 'Access Modes', type: 'string', cell: (object) => (object.spec.volumeName ? formatAccessModes(object.status?.accessModes) : '') },
  { name: 'StorageClass', type: 'string', description: 'StorageClass of the pvc', cell: storageClassOf },
  {
    name: 'VolumeAttributesClass',
    type: 'string',
    description: 'VolumeAttributesClass of the pvc',
    cell: (object) => object.spec.volumeAttributesClassName ?? '<unset>',
  },
  ageColumn,
  { name: 'VolumeMode', type: 'string', priority: 1, cell: (object) => object.spec.volumeMode ?? '<unset>' },
];

/** PersistentVolumeClaims (pkg/registry/core/persistentvolumeclaim). The protection finalizer is set by admission. */
export const persistentVolumeClaim: ResourceStrategy<Claim> = {
  group: '',
  resource: 'persistentvolumeclaims',
  returnsDeletedObject: true,
  setDefaults: setClaimDefaults,
  prepareForCreate(object) {
    object.status = { phase: 'Pending' };
    dropDisabledDataSources(object.spec);
    normalizeDataSources(object.spec);
  },
  validate: validateClaim,
  prepareForUpdate(object, old) {
    object.status = old.status;
    dropDisabledDataSources(object.spec, old.spec);
    normalizeDataSources(object.spec);
  },
  validateUpdate: validateClaimUpdate,
  warnings: (object) => claimWarnings(object),
  subresources: { status },
  columns,
};
