import type { corev1 } from '#api';

export function nodeSelectorTermWarnings(_term: corev1.NodeSelectorTerm, _checkLabelValue: boolean, _path: string): string[] {
  return [];
}
