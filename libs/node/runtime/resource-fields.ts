import type { corev1 } from '#api';
import { getOwn, isQuantity, parseQuantity } from '#apimachinery';
import type { MachineWorld } from './world.js';

/** Resources whose limit is that of the node where a container has none (MergeContainerResourceLimits). */
const OF_NODE = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** The limit of a resource, or what the pod's node has of it. */
async function limitOf(
  objects: MachineWorld['objects'],
  pod: corev1.Pod,
  { resources }: corev1.Container,
  resource: string,
): Promise<string> {
  const limit = getOwn(resources?.limits ?? {}, resource);
  if ((limit !== undefined && !parseQuantity(limit).isZero) || !OF_NODE.has(resource)) return limit ?? '0';
  const node = await objects.get<corev1.Node>('', 'nodes', '', pod.spec?.nodeName ?? '');
  return getOwn(node?.status?.allocatable ?? {}, resource) ?? '0';
}

/** What a resourceFieldRef stands for: a whole number of its divisor, rounded up (pkg/api/v1/resource ExtractContainerResourceValue). */
export async function resourceValue(
  objects: MachineWorld['objects'],
  { pod, container: own }: { pod: corev1.Pod; container?: string },
  { containerName, resource: field, divisor = '0' }: corev1.ResourceFieldSelector,
): Promise<string> {
  const wanted = containerName || own;
  const container = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find(({ name }) => name === wanted);
  const [kind, resource = ''] = field.split(/\.(.*)/s);
  if (!container) return '';
  const amount =
    kind === 'limits' ? await limitOf(objects, pod, container, resource) : (getOwn(container.resources?.requests ?? {}, resource) ?? '0');
  const unit = parseQuantity(isQuantity(String(divisor)) ? String(divisor) : '0');
  const by = unit.isZero ? parseQuantity('1') : unit;
  const value = parseQuantity(amount);
  return String(resource === 'cpu' ? Math.ceil(value.milliValue() / by.milliValue()) : Math.ceil(value.value() / by.value()));
}
