import type { corev1 } from '#api';
import { parseQuantity, Quantity } from '#apimachinery';
import { annotatedUsage, hasUsageAnnotation, type UsedResource } from '#component-helpers';

/** Whether anything is known of what a pod uses. */
export function hasUsage(pod: corev1.Pod): boolean {
  return hasUsageAnnotation(pod) || pod.spec.containers.some((container) => stressed(container) > 0);
}

const isStress = (word: string): boolean => /(^|\/)stress(-ng)?$/.test(word);

/** `stress --vm 2 --vm-bytes 150M`, and stress-ng. */
function stressed({ image = '', command, args }: corev1.Container): number {
  if (!image.includes('stress') && !command?.some(isStress) && !args?.some(isStress)) return 0;
  const words = [...(command ?? []), ...(args ?? [])];
  const after = (...names: string[]): string | undefined => {
    const at = words.findIndex((word) => names.includes(word));
    if (at >= 0) return words[at + 1];
    const joined = words.find((word) => names.some((name) => word.startsWith(`${name}=`)));
    return joined?.slice(joined.indexOf('=') + 1);
  };
  const [, amount = '0', unit = ''] = /^(\d{1,12})([BKMGbkmg]?)$/.exec(after('--vm-bytes') ?? '256M') ?? [];
  const workers = Number(/^\d{1,4}$/.exec(after('--vm', '-m') ?? '0')?.[0] ?? 0);
  return workers * Number(amount) * 1024 ** ' KMG'.indexOf(unit.toUpperCase().replace('B', '') || ' ');
}

/** What a running container uses: what its pod's annotations say, otherwise what its program is known to use. */
export function usageOf(pod: corev1.Pod, container: corev1.Container, resource: UsedResource): number {
  return annotatedUsage(pod, container, resource) ?? (resource === 'memory' ? stressed(container) : 0);
}

/** Whether a container uses more memory than it was given, so that the kernel kills it. */
export function isOutOfMemory(pod: corev1.Pod, container: corev1.Container, given: corev1.ResourceRequirements | undefined): boolean {
  const limit = given?.limits?.memory ?? pod.spec.resources?.limits?.memory;
  return limit !== undefined && usageOf(pod, container, 'memory') > parseQuantity(limit).value();
}

/** A number of bytes as upstream prints it: 50Mi. */
export const bytesText = (bytes: number): string => Quantity.of(bytes, 'BinarySI').toString();
