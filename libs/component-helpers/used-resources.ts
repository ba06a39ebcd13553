import type { corev1 } from '#api';
import { getOwn, isQuantity, parseQuantity } from '#apimachinery';

/**
 * What a pod's annotations say that its containers use: `usage.orrery.io/RESOURCE` each of them, `usage.orrery.io/RESOURCE.CONTAINER` one of
 * them. The value is an amount, or a percentage of the container's request (else of its limit): `250m`, `300Mi`, `80%`.
 */
const PREFIX = 'usage.orrery.io/';

/** The resources whose usage annotations can set. */
export type UsedResource = 'cpu' | 'memory' | 'ephemeral-storage' | 'pids';

/** Characters of a value that are read. */
const LONGEST = 64;

/** Whether an annotation says what a pod uses. */
export function hasUsageAnnotation({ metadata }: corev1.Pod): boolean {
  for (const key in metadata.annotations) if (key.startsWith(PREFIX)) return true;
  return false;
}

function amountOf(text: string, resource: UsedResource): number {
  const quantity = parseQuantity(text);
  return resource === 'cpu' ? quantity.milliValue() : quantity.value();
}

/** What a container uses by its pod's annotations: thousandths of a core, bytes, processes; undefined if they do not say. */
export function annotatedUsage({ metadata }: corev1.Pod, container: corev1.Container, resource: UsedResource): number | undefined {
  const { annotations } = metadata;
  if (annotations === undefined) return undefined;
  const key = `${PREFIX}${resource}`;
  const text = getOwn(annotations, `${key}.${container.name}`) ?? getOwn(annotations, key);
  if (text === undefined || text.length > LONGEST) return undefined;
  if (!/^\d{1,6}%$/.test(text)) return isQuantity(text) ? Math.max(0, amountOf(text, resource)) : undefined;
  const { requests = {}, limits = {} } = container.resources ?? {};
  const whole = getOwn(requests, resource) ?? getOwn(limits, resource);
  return whole === undefined ? undefined : (amountOf(String(whole), resource) * Number(text.slice(0, -1))) / 100;
}
