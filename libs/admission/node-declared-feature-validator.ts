import type { corev1 } from '#api';
import { deepEqual } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { rejected } from './rejection.js';

type Resources = corev1.Container['resources'];

const differs = (before: Resources, now: Resources): boolean => !deepEqual(before ?? {}, now ?? {});

/**
 * The features of a node that an update of its pod needs, in the order of their names
 * (component-helpers/nodedeclaredfeatures InferForPodUpdate).
 */
export function featuresNeeded(before: corev1.PodSpec, now: corev1.PodSpec): string[] {
  const resized = (before.initContainers ?? []).some(
    ({ restartPolicy, resources }, index) => restartPolicy !== 'Always' && differs(resources, now.initContainers?.[index]?.resources),
  );
  return [
    ...(differs(before.resources, now.resources) ? ['InPlacePodLevelResourcesVerticalScaling'] : []),
    ...(resized ? ['InPlacePodVerticalScalingInitContainers'] : []),
  ];
}

async function validate(attributes: AdmissionAttributes, needed: readonly string[], { reader }: AdmissionContext): Promise<void> {
  const name = (attributes.object as corev1.Pod).spec.nodeName ?? '';
  const node = await reader.get<corev1.Node>('', 'nodes', '', name);
  if (node === undefined) throw rejected(attributes, `node "${name}" not found`);
  const declared = new Set(node.status?.declaredFeatures);
  const missing = needed.filter((feature) => !declared.has(feature));
  if (missing.length === 0) return;
  throw rejected(attributes, `pod update requires features ${missing.join(', ')} which are not available on node "${name}"`);
}

/** A pod is not updated in ways that its node does not know (plugin/pkg/admission/nodedeclaredfeatures). */
export const nodeDeclaredFeatureValidator: AdmissionPlugin = {
  name: 'NodeDeclaredFeatureValidator',
  operations: ['UPDATE'],
  resources: ['pods', 'pods/resize'],
  validate(attributes, ctx) {
    const { group, resource, subresource, object, oldObject } = attributes;
    if (group !== '' || resource !== 'pods' || (subresource !== '' && subresource !== 'resize')) return;
    const [pod, before] = [object as corev1.Pod, oldObject as corev1.Pod];
    if (!pod.spec.nodeName || pod.metadata.generation === before.metadata.generation) return;
    const needed = featuresNeeded(before.spec, pod.spec);
    return needed.length === 0 ? undefined : validate(attributes, needed, ctx);
  },
};
