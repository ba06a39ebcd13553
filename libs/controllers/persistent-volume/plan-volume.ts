import type { corev1 } from '#api';
import { BOUND_BY_CONTROLLER, differInVolumeMode, MIGRATED_TO, PROVISIONED_BY } from '#component-helpers';

type Claim = corev1.PersistentVolumeClaim;
type Volume = corev1.PersistentVolume;

/** What is to be done about a volume. `reclaim`: its claim is gone. */
export type VolumePlan =
  | { do: 'phase'; phase: 'Available' | 'Bound' }
  | { do: 'reclaim' }
  | { do: 'unbind' }
  /** The claim is incompatible. */
  | { do: 'mismatch'; claim: Claim }
  | { do: 'nothing' };

/** What follows for a volume as it is; `claim` is the one that its reference names (pv_controller.go syncVolume). Pure. */
export function planVolume(volume: Volume, named: Claim | undefined): VolumePlan {
  const { claimRef, persistentVolumeReclaimPolicy } = volume.spec;
  if (!claimRef?.uid) return { do: 'phase', phase: 'Available' };
  const claim = named?.metadata.uid === claimRef.uid ? named : undefined;
  if (claim === undefined) return { do: 'reclaim' };
  if (!claim.spec.volumeName) return differInVolumeMode(claim, volume) ? { do: 'mismatch', claim } : { do: 'nothing' };
  if (claim.spec.volumeName === volume.metadata.name) return { do: 'phase', phase: 'Bound' };
  const provisioned = volume.metadata.annotations?.[PROVISIONED_BY] !== undefined;
  return provisioned && persistentVolumeReclaimPolicy === 'Delete' ? { do: 'reclaim' } : { do: 'unbind' };
}

/** The volume without its claim: a reference that a user made keeps its name, so that the claim may be made again (unbindVolume). */
export function unbound(volume: Volume): Volume {
  const { [BOUND_BY_CONTROLLER]: byController, ...annotations } = volume.metadata.annotations ?? {};
  const { claimRef, ...spec } = volume.spec;
  if (byController === undefined) return { ...volume, spec: { ...spec, claimRef: { ...claimRef, uid: undefined } } };
  const { annotations: _, ...metadata } = volume.metadata;
  return { ...volume, metadata: { ...metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) }, spec };
}

/** How a released volume is reclaimed, by its policy. `leave`: by an administrator, or by its external provisioner. */
export type Reclaim = { do: 'leave' } | { do: 'delete' } | { do: 'recycle' } | { do: 'fail'; reason: string; message: string };

const RECYCLABLE = ['hostPath', 'nfs'] as const;

/** How a volume is reclaimed (pv_controller.go reclaimVolume, with the volume plugins of kube-controller-manager). Pure. */
export function planReclaim({ metadata, spec }: Volume): Reclaim {
  // The external provisioner sees to it.
  if (metadata.annotations?.[MIGRATED_TO]) return { do: 'leave' };
  switch (spec.persistentVolumeReclaimPolicy) {
    case 'Retain':
      return { do: 'leave' };
    case 'Recycle':
      if (RECYCLABLE.some((source) => spec[source] !== undefined)) return { do: 'recycle' };
      return { do: 'fail', reason: 'VolumeFailedRecycle', message: 'No recycler plugin found for the volume!' };
    case 'Delete': {
      const provisioner = metadata.annotations?.[PROVISIONED_BY] ?? '';
      if (provisioner !== '' && !provisioner.startsWith('kubernetes.io/')) return { do: 'leave' };
      if (provisioner !== '') return failedDelete(`no volume plugin matched name: ${provisioner}`);
      return planDelete(metadata.name, spec);
    }
    default:
      return {
        do: 'fail',
        reason: 'VolumeUnknownReclaimPolicy',
        message: 'Volume has unrecognized PersistentVolumeReclaimPolicy',
      };
  }
}

const failedDelete = (message: string): Reclaim => ({ do: 'fail', reason: 'VolumeFailedDelete', message });

/** A volume that a user made. */
function planDelete(name: string, { csi, hostPath }: corev1.PersistentVolumeSpec): Reclaim {
  if (csi) return { do: 'leave' };
  if (hostPath === undefined)
    return failedDelete(`error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`);
  if (/^\/tmp\/.+/.test(hostPath.path)) return { do: 'delete' };
  return failedDelete(`host_path deleter only supports /tmp/.+ but received provided ${hostPath.path}`);
}
