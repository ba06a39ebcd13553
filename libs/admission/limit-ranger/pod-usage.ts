import type { corev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import type { Amounts, Usage } from './constraints.js';

type Part = 'requests' | 'limits';
type Sum = Record<string, string>;

/** Resources that a pod as a whole may ask for (component-helpers/resource IsSupportedPodLevelResource). */
const isPodLevel = (resource: string): boolean => resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-');

function add(sum: Sum, amounts: Amounts = {}): Sum {
  for (const [resource, text] of Object.entries(amounts)) {
    const before = sum[resource];
    sum[resource] = before === undefined ? text : parseQuantity(before).add(parseQuantity(text)).toString();
  }
  return sum;
}

function atLeast(sum: Sum, amounts: Amounts): void {
  for (const [resource, text] of Object.entries(amounts)) {
    const before = sum[resource];
    if (before === undefined || parseQuantity(text).compare(parseQuantity(before)) > 0) sum[resource] = text;
  }
}

/** Containers run side by side, init containers one after the other, restartable ones stay (limitranger podRequests, podLimits). */
function total({ spec }: corev1.Pod, part: Part): Sum {
  const sum: Sum = {};
  for (const { resources } of spec.containers ?? []) add(sum, resources?.[part]);
  const staying: Sum = {};
  const starting: Sum = {};
  for (const { resources, restartPolicy } of spec.initContainers ?? []) {
    const amounts = resources?.[part];
    if (restartPolicy === 'Always') {
      add(sum, amounts);
      atLeast(starting, add(staying, amounts));
    } else atLeast(starting, add({ ...staying }, amounts));
  }
  atLeast(sum, starting);
  for (const [resource, text] of Object.entries(spec.resources?.[part] ?? {})) if (isPodLevel(resource)) sum[resource] = text;
  return sum;
}

/** What a pod as a whole asks for. */
export const podUsage = (pod: corev1.Pod): Usage => ({ requests: total(pod, 'requests'), limits: total(pod, 'limits') });
