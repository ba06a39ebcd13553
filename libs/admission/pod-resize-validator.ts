import type { corev1 } from '#api';
import { parseQuantity, Quantity } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { podRequests } from '#component-helpers';
import { rejected } from './rejection.js';

const OS = 'kubernetes.io/os';
const ZERO = Quantity.of(0);

/** Why the node cannot give the pod what it asks for; undefined if it can. */
function shortage(pod: corev1.Pod, { status }: corev1.Node): string | undefined {
  const requests = podRequests(pod);
  const allocatable = (name: string) => parseQuantity(status?.allocatable?.[name] ?? '0');
  const [cpu, memory] = [requests.get('cpu') ?? ZERO, requests.get('memory') ?? ZERO];
  const parts = [
    ...(cpu.compare(allocatable('cpu')) > 0
      ? [`cpu, requested: ${cpu.milliValue()}, allocatable: ${allocatable('cpu').milliValue()}`]
      : []),
    ...(memory.compare(allocatable('memory')) > 0
      ? [`memory, requested: ${memory.value()}, allocatable: ${allocatable('memory').value()}`]
      : []),
  ];
  return parts.length === 0 ? undefined : `node didn't have enough allocatable resources: ${parts.join('; ')}`;
}

async function validate(attributes: AdmissionAttributes, pod: corev1.Pod, { reader }: AdmissionContext): Promise<void> {
  const name = pod.spec.nodeName ?? '';
  const node = await reader.get<corev1.Node>('', 'nodes', '', name);
  if (node === undefined) throw rejected(attributes, `node "${name}" not found`);
  const os = node.metadata.labels?.[OS];
  if (os !== undefined && os !== 'linux') {
    const reason = `pod resize is only supported on linux nodes, node "${name}" is "${os}"`;
    throw rejected(attributes, reason, [{ reason: 'UnsupportedPlatform' }]);
  }
  const short = shortage(pod, node);
  if (short !== undefined) throw rejected(attributes, short, [{ reason: 'NodeCapacity' }]);
}

/** A pod is not resized beyond what its node has (plugin/pkg/admission/podresize). */
export const podResizeValidator: AdmissionPlugin = {
  name: 'PodResizeValidator',
  operations: ['UPDATE'],
  resources: ['pods/resize'],
  validate(attributes, ctx) {
    const { group, resource, subresource, object, oldObject } = attributes;
    if (group !== '' || resource !== 'pods' || subresource !== 'resize') return;
    const pod = object as corev1.Pod;
    if (!pod.spec.nodeName || pod.metadata.generation === oldObject?.metadata.generation) return;
    return validate(attributes, pod, ctx);
  },
};
