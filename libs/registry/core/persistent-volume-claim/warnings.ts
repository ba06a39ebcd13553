import type { corev1 } from '#api';
import { goQuote, parseQuantity } from '#apimachinery';

/** Storage in fractions of a byte is meaningless (GetWarningsForPersistentVolumeClaimSpec). */
export function claimSpecWarnings(spec: corev1.PersistentVolumeClaimSpec, path: string): string[] {
  return (['requests', 'limits'] as const).flatMap((field) => {
    const amount = spec.resources?.[field]?.storage;
    if (amount === undefined || parseQuantity(amount).milliValue() % 1000 === 0) return [];
    return [`${path}.resources.${field}[storage]: fractional byte value ${goQuote(amount)} is invalid, must be an integer`];
  });
}

/** Warnings for a claim (pkg/api/persistentvolumeclaim). */
export function claimWarnings(object: corev1.PersistentVolumeClaim): string[] {
  const key = 'volume.beta.kubernetes.io/storage-class';
  const old = object.metadata.annotations?.[key] !== undefined;
  const warnings = old ? [`metadata.annotations[${key}]: deprecated since v1.8; use "storageClassName" attribute instead`] : [];
  return [...warnings, ...claimSpecWarnings(object.spec, 'spec')];
}
