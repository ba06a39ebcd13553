import type { corev1 } from '#api';

export function podWarnings(_pod: corev1.Pod, _nameMessages: readonly string[]): string[] {
  return [];
}
export function podTemplateWarnings(_template: corev1.PodTemplateSpec | undefined, _path: string, _old?: corev1.PodTemplateSpec): string[] {
  return [];
}
export function podNameWarnings(_name: string): string[] {
  return [];
}
