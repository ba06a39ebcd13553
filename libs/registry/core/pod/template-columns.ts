import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { Column } from '#apiserver';

/** Labels in tables: sorted `a=b,c=d`, or `<none>` (apimachinery/pkg/labels FormatLabels). */
export function formatLabels(labels: Record<string, string> | undefined): string {
  const text = Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
  return text === '' ? '<none>' : text;
}

/** The wide columns Containers and Images of kinds with a pod template (printers.go layoutContainerCells). */
export function containerColumns<T extends KubeObject>(spec: (object: T) => corev1.PodSpec | undefined, priority = 1): Column<T>[] {
  return [
    {
      name: 'Containers',
      type: 'string',
      priority,
      description: 'Names of each container in the template.',
      cell: (object) => (spec(object)?.containers ?? []).map((container) => container.name).join(','),
    },
    {
      name: 'Images',
      type: 'string',
      priority,
      description: 'Images referenced by each container in the template.',
      cell: (object) => (spec(object)?.containers ?? []).map((container) => container.image ?? '').join(','),
    },
  ];
}
