import { type corev1, PersistentVolume } from '#api';
import type { ReconcileContext } from '#controller-runtime';

/** Writes the phase of a volume if it differs (updateVolumePhase). */
export async function setVolumePhase(
  volume: corev1.PersistentVolume,
  phase: string,
  { client }: Pick<ReconcileContext, 'client'>,
  message?: string,
): Promise<corev1.PersistentVolume> {
  if (volume.status?.phase === phase) return volume;
  const { message: _, ...status } = volume.status ?? {};
  return client.updateStatus(PersistentVolume, { ...volume, status: { ...status, phase, ...(message ? { message } : {}) } });
}
