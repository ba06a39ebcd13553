import type { corev1 } from '#api';
import type { FieldError, FieldPath } from '#apimachinery';

export function validatePodAnnotations(
  _annotations: Readonly<Record<string, string>> | undefined,
  _spec: corev1.PodSpec | undefined,
  _path: FieldPath,
): FieldError[] {
  return [];
}
