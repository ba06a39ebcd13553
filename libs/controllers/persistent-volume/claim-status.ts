import type { corev1 } from '#api';
import { deepEqual, parseQuantity } from '#apimachinery';

/** On a volume that is being expanded: its size before (volume/util AnnPreResizeCapacity). */
const PRE_RESIZE = 'volume.alpha.kubernetes.io/pre-resize-capacity';

type Status = corev1.PersistentVolumeClaimStatus;

/** The capacity that a claim shows as of its binding. */
function capacityOf(status: Status, volume: corev1.PersistentVolume): Record<string, string> | undefined {
  const before = volume.metadata.annotations?.[PRE_RESIZE];
  if (before !== undefined) return { ...status.capacity, storage: before };
  const [theirs, ours] = [volume.spec.capacity?.storage, status.capacity?.storage];
  const same = theirs !== undefined && ours !== undefined && parseQuantity(theirs).compare(parseQuantity(ours)) === 0;
  return same ? status.capacity : volume.spec.capacity;
}

/** The status of a claim in a phase, with its volume if it has one; undefined if it is unchanged (updateClaimStatus). Pure. */
export function claimStatus(
  { status = {} }: corev1.PersistentVolumeClaim,
  phase: string,
  volume?: corev1.PersistentVolume,
): Status | undefined {
  const { accessModes, capacity, currentVolumeAttributesClassName, ...rest } = status;
  const changes = status.phase !== phase;
  if (volume === undefined) {
    const clear = accessModes === undefined && capacity === undefined && currentVolumeAttributesClassName === undefined;
    return clear && !changes ? undefined : { ...rest, phase };
  }
  if (!changes && deepEqual(accessModes, volume.spec.accessModes)) return undefined;
  const attributes =
    status.phase === 'Pending' && phase === 'Bound' ? volume.spec.volumeAttributesClassName : currentVolumeAttributesClassName;
  const amounts = changes ? capacityOf(status, volume) : capacity;
  return {
    ...rest,
    phase,
    ...(volume.spec.accessModes ? { accessModes: volume.spec.accessModes } : {}),
    ...(amounts ? { capacity: amounts } : {}),
    ...(attributes === undefined ? {} : { currentVolumeAttributesClassName: attributes }),
  };
}
