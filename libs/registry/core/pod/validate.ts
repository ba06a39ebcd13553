import type { corev1 } from '#api';
import type { FieldError } from '#apimachinery';

export function validatePodCreate(_pod: corev1.Pod): FieldError[] {
  return [];
}
