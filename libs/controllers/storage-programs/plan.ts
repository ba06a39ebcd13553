import type { corev1 } from '#api';
import { MIGRATED_TO, PROVISIONED_BY, SELECTED_NODE, STORAGE_PROVISIONER, storageClassOf } from '#component-helpers';
import type { VolumeProvisioner, Wanted } from './provisioners.js';

type Claim = corev1.PersistentVolumeClaim;
type Volume = corev1.PersistentVolume;

/** The program that a claim waits for as to its volume; undefined if it waits for none (sig-storage-lib shouldProvision). */
export function awaitedBy({ metadata, spec }: Claim, delayed: boolean): string | undefined {
  if (spec.volumeName || metadata.deletionTimestamp !== undefined) return undefined;
  if (delayed && metadata.annotations?.[SELECTED_NODE] === undefined) return undefined;
  return metadata.annotations?.[STORAGE_PROVISIONER];
}

/** The name of the volume that is provisioned for a claim. */
export const volumeNameOf = ({ metadata }: Claim): string => `pvc-${metadata.uid ?? ''}`;

/** The volume that is provisioned for a claim. Pure. */
export function provisionedVolume(provisioner: VolumeProvisioner, wanted: Wanted): Volume {
  const { claim, class: found } = wanted;
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const { mountOptions, reclaimPolicy = 'Delete' } = found;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: wanted.volume,
      annotations: { [PROVISIONED_BY]: found.provisioner, ...provisioner.annotations?.(wanted) },
      ...(provisioner.finalizer === undefined ? {} : { finalizers: [provisioner.finalizer] }),
    },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.storage ?? '0' },
      accessModes: claim.spec.accessModes,
      claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClassOf(claim),
      ...(mountOptions ? { mountOptions } : {}),
      ...(claim.spec.volumeMode ? { volumeMode: claim.spec.volumeMode } : {}),
      ...(claim.spec.volumeAttributesClassName ? { volumeAttributesClassName: claim.spec.volumeAttributesClassName } : {}),
      ...provisioner.place(wanted),
    },
  };
}

/** Keeps the volumes of CSI drivers until they are deleted from their storage. */
const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';

/** The program that has to delete a released volume; undefined if none has to (sig-storage-lib shouldDelete). */
export function deleterOf({ metadata, spec, status }: Volume): string | undefined {
  if (spec.persistentVolumeReclaimPolicy !== 'Delete' || status?.phase !== 'Released') return undefined;
  const by = metadata.annotations?.[MIGRATED_TO] ?? metadata.annotations?.[PROVISIONED_BY];
  return metadata.deletionTimestamp === undefined || metadata.finalizers?.includes(FINALIZER) ? by : undefined;
}
