import type { corev1 } from '#api';

type Containers = ReadonlyArray<{ name: string; image?: string }> | undefined;

/** Whether lists differ in their length or in an image. */
function differ(now: Containers = [], before: Containers = []): boolean {
  return now.length !== before.length || now.some(({ image }, index) => image !== before[index]?.image);
}

/** Whether an update of a pod has to be checked: containers were added, or an image was changed (isSignificantPodUpdate). */
export function significant({ spec }: corev1.Pod, { spec: old }: corev1.Pod): boolean {
  if (differ(spec.containers, old.containers) || differ(spec.initContainers, old.initContainers)) return true;
  const images = new Map((old.ephemeralContainers ?? []).map(({ name, image }) => [name, image]));
  return (spec.ephemeralContainers ?? []).some(({ name, image }) => !images.has(name) || images.get(name) !== image);
}
