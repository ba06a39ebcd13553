import type { corev1, storagev1 } from '#api';
import { claimNameOf } from './claims.js';
import { asCSI, inlineAsCSI } from './migrated.js';

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

/** A volume of a pod whose claim is bound, or in the pod itself; both as their CSI drivers get them. */
export interface BoundVolume {
  /** As the pod names it. */
  readonly name: string;
  readonly claim: corev1.PersistentVolumeClaim | undefined;
  readonly volume: corev1.PersistentVolume;
}

/** A pod's persistent volumes, as far as their claims are bound, and those in its spec whose plugins CSI drivers have replaced. */
export function boundVolumes(
  pod: corev1.Pod,
  { claim: claimNamed, volume: volumeNamed }: Pick<VolumeObjects, 'claim' | 'volume'>,
): BoundVolume[] {
  const found: BoundVolume[] = [];
  for (const one of pod.spec.volumes ?? []) {
    const claimName = claimNameOf(pod, one);
    const claim = claimName === undefined ? undefined : claimNamed(claimName, pod.metadata.namespace);
    const volume = claim?.status?.phase === 'Bound' && claim.spec.volumeName ? volumeNamed(claim.spec.volumeName) : undefined;
    if (claim && volume) found.push({ name: one.name, claim, volume: asCSI(volume) });
    const own = claimName === undefined ? inlineAsCSI(one, pod.metadata.namespace) : undefined;
    if (own) found.push({ name: one.name, claim: undefined, volume: own });
  }
  return found;
}

/** A pod's volumes that are attached to its node. */
export function attachableVolumes(pod: corev1.Pod, objects: VolumeObjects): AttachableVolume[] {
  return boundVolumes(pod, objects).flatMap(({ name, volume }) => {
    const { csi } = volume.spec;
    return csi && attachesVolumes(objects.driver(csi.driver)) ? [{ name, volume, uniqueName: uniqueVolumeName(csi) }] : [];
  });
}
