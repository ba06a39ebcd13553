import type { corev1, storagev1 } from '#api';
import { claimNameOf } from './claims.js';

/** A volume of a pod that a CSI driver attaches to the pod's node. */
export interface AttachableVolume {
  /** As the pod names it. */
  readonly name: string;
  readonly volume: corev1.PersistentVolume;
  /** Its name in the status of nodes. */
  readonly uniqueName: string;
}

/** Where claims, volumes and drivers are looked up. */
export interface VolumeObjects {
  claim(name: string, namespace: string | undefined): corev1.PersistentVolumeClaim | undefined;
  volume(name: string): corev1.PersistentVolume | undefined;
  driver(name: string): storagev1.CSIDriver | undefined;
}

/** The name of a CSI volume in the status of nodes (volume/util GetUniqueVolumeName). */
export const uniqueVolumeName = ({ driver, volumeHandle }: corev1.CSIPersistentVolumeSource): string =>
  `kubernetes.io/csi/${driver}^${volumeHandle}`;

/** Whether the volumes of a driver are attached to nodes: unless its CSIDriver says otherwise (csi_plugin.go skipAttach). */
export const attachesVolumes = (driver: storagev1.CSIDriver | undefined): boolean => driver?.spec.attachRequired !== false;

/** A pod's volumes of CSI drivers, as far as their claims are bound. */
export function csiVolumes(pod: corev1.Pod, { claim, volume }: Pick<VolumeObjects, 'claim' | 'volume'>): AttachableVolume[] {
  const found: AttachableVolume[] = [];
  for (const one of pod.spec.volumes ?? []) {
    const claimName = claimNameOf(pod, one);
    if (claimName === undefined) continue;
    const bound = claim(claimName, pod.metadata.namespace);
    const persistent = bound?.status?.phase === 'Bound' && bound.spec.volumeName ? volume(bound.spec.volumeName) : undefined;
    const csi = persistent?.spec.csi;
    if (persistent && csi) found.push({ name: one.name, volume: persistent, uniqueName: uniqueVolumeName(csi) });
  }
  return found;
}

/** A pod's volumes that are attached to its node. */
export function attachableVolumes(pod: corev1.Pod, objects: VolumeObjects): AttachableVolume[] {
  return csiVolumes(pod, objects).filter(({ volume }) => attachesVolumes(objects.driver(volume.spec.csi?.driver ?? '')));
}
