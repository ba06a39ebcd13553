import type { corev1, storagev1 } from '#api';
import { controllerOf, type KubeObject } from '#apimachinery';
import { BETA_STORAGE_CLASS, SELECTED_NODE } from './annotations.js';

type Claim = corev1.PersistentVolumeClaim;
type Classed = KubeObject & { spec?: { storageClassName?: string } };

/** The class of a volume or claim: the old annotation takes precedence (GetPersistentVolumeClass, GetPersistentVolumeClaimClass). */
export function storageClassOf({ metadata, spec }: Classed): string {
  return metadata.annotations?.[BETA_STORAGE_CLASS] ?? spec?.storageClassName ?? '';
}

/** Whether a claim says anything about its class, also that it has none (PersistentVolumeClaimHasClass). */
export function namesClass({ metadata, spec }: Claim): boolean {
  return metadata.annotations?.[BETA_STORAGE_CLASS] !== undefined || spec.storageClassName !== undefined;
}

/** Whether claims of a class are bound when their first consumer is scheduled (IsDelayBindingMode). */
export function delaysBinding(found: storagev1.StorageClass | undefined): boolean {
  return found?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** Whether the scheduler has chosen a node for which the claim's volume is to be provisioned (IsDelayBindingProvisioning). */
export function hasSelectedNode({ metadata }: Claim): boolean {
  return metadata.annotations?.[SELECTED_NODE] !== undefined;
}

/** The claim of one of a pod's volumes: its name; undefined for other volumes. */
export function claimNameOf(pod: corev1.Pod, { name, persistentVolumeClaim, ephemeral }: corev1.Volume): string | undefined {
  return persistentVolumeClaim?.claimName ?? (ephemeral ? `${pod.metadata.name}-${name}` : undefined);
}

/** Whether a pod has volumes that are claims. */
export const usesClaims = (pod: corev1.Pod): boolean => (pod.spec?.volumes ?? []).some((one) => one.persistentVolumeClaim ?? one.ephemeral);

/** The conditions of claims that are about the size of their volumes. */
export const RESIZE_CONDITIONS: ReadonlySet<string> = new Set([
  'Resizing',
  'FileSystemResizePending',
  'ControllerResizeError',
  'NodeResizeError',
]);

/** The names of the claims that a pod uses, in the order of its volumes. */
export function podClaimNames(pod: corev1.Pod): string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => claimNameOf(pod, volume) ?? []);
}

/** Why a claim may not be used as a pod's ephemeral volume: it was not made for the pod (ephemeral.VolumeIsForPod). */
export function notForPod(pod: corev1.Pod, claim: Claim): string | undefined {
  const { namespace, name, uid } = pod.metadata;
  if (claim.metadata.namespace === namespace && controllerOf(claim)?.uid === uid) return undefined;
  return `PVC ${claim.metadata.namespace}/${claim.metadata.name} was not created for pod ${namespace}/${name} (pod is not owner)`;
}
