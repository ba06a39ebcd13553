import type { corev1 } from '#api';
import { PROVISIONED_BY, SELECTED_NODE, STORAGE_PROVISIONER, storageClassOf } from '#component-helpers';
import { provisioners, type VolumeProvisioner, type Wanted } from './provisioners.js';

type Claim = corev1.PersistentVolumeClaim;
type Volume = corev1.PersistentVolume;

/** The simulated program that a claim waits for; undefined if it waits for none (sig-storage-lib shouldProvision). */
export function provisionerOf({ metadata, spec }: Claim, delayed: boolean): VolumeProvisioner | undefined {
  if (spec.volumeName || metadata.deletionTimestamp !== undefined) return undefined;
  if (delayed && metadata.annotations?.[SELECTED_NODE] === undefined) return undefined;
  return provisioners.get(metadata.annotations?.[STORAGE_PROVISIONER] ?? '');
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
      annotations: { [PROVISIONED_BY]: provisioner.name, ...provisioner.annotations?.(wanted) },
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

/** The program that has to delete a released volume; undefined if none has to (sig-storage-lib shouldDelete). */
export function deleterOf({ metadata, spec, status }: Volume): VolumeProvisioner | undefined {
  if (spec.persistentVolumeReclaimPolicy !== 'Delete' || status?.phase !== 'Released') return undefined;
  const provisioner = provisioners.get(metadata.annotations?.[PROVISIONED_BY] ?? '');
  if (provisioner === undefined || metadata.deletionTimestamp === undefined) return provisioner;
  return provisioner.finalizer !== undefined && metadata.finalizers?.includes(provisioner.finalizer) ? provisioner : undefined;
}
