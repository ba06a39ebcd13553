import type { corev1, discoveryv1 } from '#api';
import { controllerReference } from '#apimachinery';
import { HEADLESS, isHeadless } from './pods-of-service.js';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
/** The name of the controller of slices made from pods. */
export const MANAGER = 'endpointslice-controller.k8s.io';

/** IPv4 or IPv6. */
export function familyOf(ip: string): string {
  return ip.includes(':') ? 'IPv6' : 'IPv4';
}

/** Ports as one text, independent of their order (NewPortMapKey). */
export function portsKey(ports: readonly discoveryv1.EndpointPort[] | undefined): string {
  return (ports ?? [])
    .map(({ name = '', protocol = 'TCP', port, appProtocol = '' }) => JSON.stringify([name, protocol, port, appProtocol]))
    .sort()
    .join();
}

/** Groups slices by a key. */
export function groupSlices(
  slices: readonly discoveryv1.EndpointSlice[],
  groupKey: (slice: discoveryv1.EndpointSlice) => string,
): Map<string, discoveryv1.EndpointSlice[]> {
  const groups = new Map<string, discoveryv1.EndpointSlice[]>();
  for (const slice of slices) {
    const key = groupKey(slice);
    const group = groups.get(key);
    if (group) group.push(slice);
    else groups.set(key, [slice]);
  }
  return groups;
}

/** The labels of a Service's slices: the Service's own, and those that identify the Service and the controller (setEndpointSliceLabels). */
export function labelsFor(service: corev1.Service): Record<string, string> {
  const { [HEADLESS]: _, ...labels } = service.metadata.labels ?? {};
  return {
    ...labels,
    ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
    [SERVICE_NAME]: service.metadata.name,
    [MANAGED_BY]: MANAGER,
  };
}

/** A slice to be created for a Service; its name is generated. */
export function newSlice(
  service: corev1.Service,
  { addressType, ports }: { addressType: string; ports: discoveryv1.EndpointPort[] },
  endpoints: discoveryv1.Endpoint[],
): discoveryv1.EndpointSlice {
  const { name, namespace } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: labelsFor(service),
      ownerReferences: [controllerReference(service, { apiVersion: 'v1', kind: 'Service' })],
    },
    addressType,
    endpoints,
    ports,
  };
}

/** Whether the slice is owned by this Service (by uid). */
export function ownedBy({ metadata }: discoveryv1.EndpointSlice, service: corev1.Service): boolean {
  return metadata.ownerReferences?.some(({ uid, kind }) => uid === service.metadata.uid && kind === 'Service') === true;
}
