import type { corev1 } from '#api';
import { ConfigMap, Node, PersistentVolumeClaim, Pod, Secret, Service } from '#api';
import { byNames } from './references.js';
import { defineRelation } from './relation.js';
import { labelPair, labelPairs, selects, sift } from './selects.js';

/** The node the pod is bound to. */
export const podNode = defineRelation<corev1.Pod>({
  on: Pod,
  field: 'node',
  description: 'The Node this pod is bound to.',
  to: Node,
  list: false,
  resolve: async (pod, { loaders }) => (pod.spec.nodeName ? loaders.get(Node, pod.spec.nodeName) : undefined),
});

/** Services whose selector matches the pod. */
export const podServices = defineRelation<corev1.Pod>({
  on: Pod,
  field: 'services',
  description: 'The Services whose selector matches this pod.',
  to: Service,
  list: true,
  async resolve(pod, context, selectors) {
    const reading = { namespace: pod.metadata.namespace, ...selectors };
    const groups = await context.loaders.grouped(Service, reading, {
      name: 'selector',
      // Finding it by one label of its selector is sufficient: a pod that it matches has all of them.
      keys: ({ spec }) =>
        Object.entries(spec.selector ?? {})
          .slice(0, 1)
          .map(labelPair),
    });
    const candidates = labelPairs(pod).flatMap((pair) => groups.get(pair) ?? []);
    const services = await sift(candidates, (service) => selects(service.spec.selector, pod), context);
    return services.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  },
});

function referenced(pod: corev1.Pod, from: (volume: corev1.Volume) => string | undefined, env: 'configMap' | 'secret'): Set<string> {
  const names = new Set<string>();
  const add = (name: string | undefined) => name && names.add(name);
  for (const volume of pod.spec.volumes ?? []) add(from(volume));
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    for (const source of container.envFrom ?? []) add(source[`${env}Ref`]?.name);
    for (const variable of container.env ?? []) add(variable.valueFrom?.[`${env}KeyRef`]?.name);
  }
  return names;
}

/** ConfigMaps used by volumes and environments of the pod. */
export const podConfigMaps = defineRelation<corev1.Pod>({
  on: Pod,
  field: 'configMaps',
  description: 'The ConfigMaps that volumes and environment variables of this pod refer to.',
  to: ConfigMap,
  list: true,
  resolve(pod, context, selectors) {
    const names = referenced(pod, (volume) => volume.configMap?.name, 'configMap');
    return byNames({ resource: ConfigMap, namespace: pod.metadata.namespace, names }, context, selectors);
  },
});

/** Secrets used by volumes and environments of the pod. */
export const podSecrets = defineRelation<corev1.Pod>({
  on: Pod,
  field: 'secrets',
  description: 'The Secrets that volumes and environment variables of this pod refer to.',
  to: Secret,
  list: true,
  resolve(pod, context, selectors) {
    const names = referenced(pod, (volume) => volume.secret?.secretName, 'secret');
    return byNames({ resource: Secret, namespace: pod.metadata.namespace, names }, context, selectors);
  },
});

/** Claims used by the pod's volumes. */
export const podClaims = defineRelation<corev1.Pod>({
  on: Pod,
  field: 'persistentVolumeClaims',
  description: 'The PersistentVolumeClaims that volumes of this pod refer to.',
  to: PersistentVolumeClaim,
  list: true,
  resolve(pod, context, selectors) {
    const names = (pod.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
    return byNames({ resource: PersistentVolumeClaim, namespace: pod.metadata.namespace, names }, context, selectors);
  },
});
