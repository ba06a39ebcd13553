import type { corev1 } from '#api';
import type { AdmissionPlugin } from '#apiserver';
import { isExtendedResource } from '#component-helpers';
import { podOf } from './pod-attributes.js';

const tolerationOf = (key: string): corev1.Toleration => ({ key, operator: 'Exists', effect: 'NoSchedule' });

/** The extended resources that a pod's containers ask for, sorted. */
function extendedResources({ spec }: corev1.Pod): string[] {
  const names = [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) => Object.keys(resources?.requests ?? {}));
  return [...new Set(names)].filter(isExtendedResource).sort();
}

/**
 * Pods tolerate the taints of nodes that are dedicated to the extended resources they ask for
 * (plugin/pkg/admission/extendedresourcetoleration).
 */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods'],
  defaultOff: true,
  admit(attributes) {
    const pod = podOf(attributes);
    const wanted = pod ? extendedResources(pod).map(tolerationOf) : [];
    if (pod === undefined || wanted.length === 0) return;
    const standing = pod.spec.tolerations ?? [];
    const idOf = ({ key = '', operator = '', effect = '', value = '' }: corev1.Toleration) =>
      JSON.stringify([key, operator, effect, value]);
    const byId = new Map(wanted.map((toleration) => [idOf(toleration), toleration]));
    // One that says the same, if for a time, is replaced.
    const kept = standing.map((toleration) => {
      const replacement = byId.get(idOf(toleration));
      byId.delete(idOf(toleration));
      return replacement ?? toleration;
    });
    pod.spec.tolerations = [...kept, ...byId.values()];
  },
};
