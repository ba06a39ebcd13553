import type { corev1 } from '#api';
import { EndpointSlice, Endpoints, Pod, Service } from '#api';
import { defineRelation } from './relation.js';
import { labelPair, labelPairs, selects, sift } from './selects.js';

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
  async resolve(service, { loaders }, selectors) {
    const slices = await loaders.grouped(
      EndpointSlice,
      { namespace: service.metadata.namespace, ...selectors },
      {
        name: 'service',
        keys: (slice) => {
          const name = slice.metadata.labels?.['kubernetes.io/service-name'];
          return name ? [name] : [];
        },
      },
    );
    return slices.get(service.metadata.name) ?? [];
  },
});

/** The pods that its selector matches, ready or not. */
export const servicePods = defineRelation<corev1.Service>({
  on: Service,
  field: 'pods',
  description: 'The Pods the selector of this Service matches, ready or not.',
  to: Pod,
  list: true,
  async resolve(service, context, selectors) {
    const { selector } = service.spec;
    const pairs = Object.entries(selector ?? {}).map(labelPair);
    if (pairs.length === 0) return [];
    const reading = { namespace: service.metadata.namespace, ...selectors };
    const groups = await context.loaders.grouped(Pod, reading, { name: 'label', keys: labelPairs });
    // Every matching pod has each of the labels, so only those with the rarest label have to be checked.
    const fewest = pairs.map((pair) => groups.get(pair) ?? []).reduce((least, group) => (group.length < least.length ? group : least));
    return sift(fewest, (pod) => selects(selector, pod), context);
  },
});
