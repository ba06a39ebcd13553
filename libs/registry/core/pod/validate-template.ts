import type { corev1 } from '#api';
import type { FieldError, FieldPath } from '#apimachinery';

export function validatePodTemplateSpec(_template: corev1.PodTemplateSpec, _path: FieldPath): FieldError[] {
  return [];
}
