import type { corev1 } from '#api';
import { getOwn, parseQuantity, Quantity } from '#apimachinery';

/**
 * The annotation of a pod that sets what one of its containers uses, `usage.orrery.io/CONTAINER: memory=300Mi,ephemeral-storage=2Gi`. Unset:
 * what its program is known to use.
 */
const USAGE_ANNOTATION = 'usage.orrery.io/';

/** The resources that containers can run out of. */
export type UsedResource = 'memory' | 'ephemeral-storage';

/** Characters of an annotation that are read. */
const LONGEST = 256;

const isQuantity = (text: string): boolean => /^\d{1,15}(\.\d{1,3})?([kMGT]|[KMGT]i)?$/.test(text);

/** Whether anything is known of what a pod uses. */
export function hasUsage({ metadata, spec }: corev1.Pod): boolean {
  for (const key in metadata.annotations) if (key.startsWith(USAGE_ANNOTATION)) return true;
  return spec.containers.some((container) => stressed(container) > 0);
}

function annotated({ metadata }: corev1.Pod, container: string, resource: UsedResource): number | undefined {
  const text = getOwn(metadata.annotations ?? {}, `${USAGE_ANNOTATION}${container}`);
  if (text === undefined || text.length > LONGEST) return undefined;
  for (const part of text.split(',')) {
    const [name, value = ''] = part.trim().split('=');
    if (name === resource && isQuantity(value)) return parseQuantity(value).value();
  }
  return undefined;
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

/** What a running container uses, in bytes. */
export function usageOf(pod: corev1.Pod, container: corev1.Container, resource: UsedResource): number {
  return annotated(pod, container.name, resource) ?? (resource === 'memory' ? stressed(container) : 0);
}

/** Whether a container uses more memory than it may, so that the kernel kills it. */
export function isOutOfMemory(pod: corev1.Pod, container: corev1.Container): boolean {
  const limit = container.resources?.limits?.memory ?? pod.spec.resources?.limits?.memory;
  return limit !== undefined && usageOf(pod, container, 'memory') > parseQuantity(limit).value();
}

/** A number of bytes as upstream prints it: 50Mi. */
export const bytesText = (bytes: number): string => Quantity.of(bytes, 'BinarySI').toString();
