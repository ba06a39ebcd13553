import type { corev1 } from '#api';
import type { FieldError } from '#apimachinery';

export function validatePodUpdate(_pod: corev1.Pod, _old: corev1.Pod): FieldError[] {
  return [];
}
export const validatePodStatusUpdate = validatePodUpdate;
export const validateEphemeralContainersUpdate = validatePodUpdate;
export const validatePodResize = validatePodUpdate;
