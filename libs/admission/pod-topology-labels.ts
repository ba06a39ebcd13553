import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver';

const LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

async function copyLabels(object: KubeObject, nodeName: string, { reader }: AdmissionContext): Promise<void> {
  const node = await reader.get<corev1.Node>('', 'nodes', '', nodeName);
  const labels = Object.entries(node?.metadata.labels ?? {}).filter(([key]) => LABELS.includes(key));
  if (labels.length > 0) object.metadata.labels = { ...object.metadata.labels, ...Object.fromEntries(labels) };
}

/** A pod gets its node's zone and region as labels when it is bound (plugin/pkg/admission/podtopologylabels; beta and on since 1.35). */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  operations: ['CREATE'],
  resources: ['pods'],
  admit({ group, resource, subresource, object }, ctx) {
    if (resource !== 'pods' || group !== '' || !object) return;
    if (subresource === 'binding') {
      const { target } = object as corev1.Binding;
      return target?.kind === 'Node' ? copyLabels(object, target.name ?? '', ctx) : undefined;
    }
    const nodeName = subresource === '' ? (object as corev1.Pod).spec?.nodeName : undefined;
    return nodeName ? copyLabels(object, nodeName, ctx) : undefined;
  },
};
