import type { corev1 } from '#api';
import type { FieldError, FieldPath } from '#apimachinery';

export function validateNodeSelector(_selector: corev1.NodeSelector, _path: FieldPath): FieldError[] {
  return [];
}
