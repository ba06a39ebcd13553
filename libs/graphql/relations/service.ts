import type { corev1 } from '#api';
import { EndpointSlice, Endpoints, Pod, Service } from '#api';
import { defineRelation } from './relation.js';
import { selects } from './selects.js';

/** The Endpoints object of the same name. */
export const serviceEndpoints = defineRelation<corev1.Service>({
  on: Service,
  field: 'endpoints',
  description: 'The Endpoints object of this Service.',
  to: Endpoints,
  list: false,
  resolve: (service, { loaders }) => loaders.get(Endpoints, service.metadata.name, service.metadata.namespace),
});

/** The EndpointSlices labelled with the service's name. */
export const serviceEndpointSlices = defineRelation<corev1.Service>({
  on: Service,
  field: 'endpointSlices',
  description: 'The EndpointSlices of this Service.',
  to: EndpointSlice,
  list: true,
  async resolve(service, { loaders }) {
    const slices = await loaders.grouped(EndpointSlice, service.metadata.namespace, {
      name: 'service',
      keys: (slice) => {
        const name = slice.metadata.labels?.['kubernetes.io/service-name'];
        return name ? [name] : [];
      },
    });
    return slices.get(service.metadata.name) ?? [];
  },
});

/** The pods its selector matches, ready or not. */
export const servicePods = defineRelation<corev1.Service>({
  on: Service,
  field: 'pods',
  description: 'The Pods the selector of this Service matches, ready or not.',
  to: Pod,
  list: true,
  async resolve(service, { loaders }) {
    const pods = await loaders.list(Pod, service.metadata.namespace);
    return pods.filter((pod) => selects(service.spec.selector, pod));
  },
});
