import { CSIDriver, CSINode, type corev1, PersistentVolume, PersistentVolumeClaim } from '#api';
import { attachesVolumes, csiVolumes } from '#component-helpers';
import type { Informers } from '#controller-runtime';

/** What keeps the volumes of CSI drivers from being mounted. */
export interface VolumeTroubles {
  /** Some are not attached to the node yet: the kubelet waits for them, and says nothing. */
  readonly waits: boolean;
  /** Messages of FailedMount events. */
  readonly errors: readonly string[];
}

const NONE: VolumeTroubles = { waits: false, errors: [] };

/** Where a kubelet looks up claims, volumes and drivers. */
export const volumeObjects = (informers: Informers) => ({
  claim: (name: string, namespace: string | undefined) => informers.of(PersistentVolumeClaim).get(name, namespace),
  volume: (name: string) => informers.of(PersistentVolume).get(name),
  driver: (name: string) => informers.of(CSIDriver).get(name),
});

/**
 * A volume is mounted when the node's status says that it is attached, which it does once the kubelet has said that it needs it, and when its
 * driver has made itself known to the kubelet (operation_generator.go GenerateVerifyControllerAttachedVolumeFunc, csi_attacher.go MountDevice).
 */
export function volumeTroubles(pod: corev1.Pod, node: corev1.Node, informers: Informers): VolumeTroubles {
  const volumes = csiVolumes(pod, volumeObjects(informers));
  if (volumes.length === 0) return NONE;
  const { volumesAttached = [], volumesInUse = [] } = node.status ?? {};
  const registered = new Set((informers.of(CSINode).get(node.metadata.name)?.spec.drivers ?? []).map(({ name }) => name));
  let waits = false;
  const errors: string[] = [];
  for (const { volume, uniqueName } of volumes) {
    const driver = volume.spec.csi?.driver ?? '';
    const isAttached = volumesInUse.includes(uniqueName) && volumesAttached.some(({ name }) => name === uniqueName);
    if (attachesVolumes(informers.of(CSIDriver).get(driver)) && !isAttached) waits = true;
    else if (!registered.has(driver)) {
      const cause = `driver name ${driver} not found in the list of registered CSI drivers`;
      errors.push(
        `MountVolume.MountDevice failed for volume "${volume.metadata.name}" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: ${cause}`,
      );
    }
  }
  return { waits, errors };
}
