import type { corev1 } from '#api';
import { ConfigMap, Node, PersistentVolumeClaim, Pod, Secret, Service } from '#api';
import type { KubeObject } from '#apimachinery';
import { defineRelation } from './relation.js';
import { selects } from './selects.js';

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
  async resolve(pod, { loaders }) {
    const services = await loaders.list(Service, pod.metadata.namespace);
    return services.filter((service) => selects(service.spec.selector, pod));
  },
});

function referenced(pod: corev1.Pod, from: (volume: corev1.Volume) => string | undefined, env: 'configMap' | 'secret'): string[] {
  const names = new Set<string>();
  const add = (name: string | undefined) => name && names.add(name);
  for (const volume of pod.spec.volumes ?? []) add(from(volume));
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    for (const source of container.envFrom ?? []) add(source[`${env}Ref`]?.name);
    for (const variable of container.env ?? []) add(variable.valueFrom?.[`${env}KeyRef`]?.name);
  }
  return [...names];
}

async function all<T extends KubeObject>(names: string[], get: (name: string) => Promise<T | undefined>): Promise<T[]> {
  const found = await Promise.all(names.map(get));
  return found.filter((object) => object !== undefined);
}

/** ConfigMaps that volumes and environments of the pod name. */
export const podConfigMaps = defineRelation<corev1.Pod>({
  on: Pod,
  field: 'configMaps',
  description: 'The ConfigMaps that volumes and environment variables of this pod refer to.',
  to: ConfigMap,
  list: true,
  resolve: (pod, { loaders }) =>
    all(
      referenced(pod, (volume) => volume.configMap?.name, 'configMap'),
      (name) => loaders.get(ConfigMap, name, pod.metadata.namespace),
    ),
});

/** Secrets that volumes and environments of the pod name. */
export const podSecrets = defineRelation<corev1.Pod>({
  on: Pod,
  field: 'secrets',
  description: 'The Secrets that volumes and environment variables of this pod refer to.',
  to: Secret,
  list: true,
  resolve: (pod, { loaders }) =>
    all(
      referenced(pod, (volume) => volume.secret?.secretName, 'secret'),
      (name) => loaders.get(Secret, name, pod.metadata.namespace),
    ),
});

/** Claims that the pod's volumes name. */
export const podClaims = defineRelation<corev1.Pod>({
  on: Pod,
  field: 'persistentVolumeClaims',
  description: 'The PersistentVolumeClaims that volumes of this pod refer to.',
  to: PersistentVolumeClaim,
  list: true,
  resolve: (pod, { loaders }) =>
    all(
      (pod.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []),
      (name) => loaders.get(PersistentVolumeClaim, name, pod.metadata.namespace),
    ),
});
