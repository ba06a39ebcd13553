import type { corev1 } from '#api';
import { isPodReady } from '#component-helpers';
import { hasAddress, hostnameFor, portOf } from './pods-of-service.js';
import { type Offer, repack } from './repack.js';

type Subset = corev1.EndpointSubset;

/** Maximum addresses of an Endpoints object (endpoints_controller.go maxCapacity). */
const MAX_ADDRESSES = 1000;

function addressOf(pod: corev1.Pod, service: corev1.Service): corev1.EndpointAddress {
  const { name, namespace, uid } = pod.metadata;
  const hostname = hostnameFor(pod, service);
  return {
    ip: pod.status?.podIP || (pod.status?.podIPs?.[0]?.ip ?? ''),
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** The ports of a pod for a Service; a single undefined one for a headless Service without ports. */
function portsOf(pod: corev1.Pod, service: corev1.Service): Array<corev1.EndpointPort | undefined> {
  const ports = service.spec?.ports ?? [];
  if (ports.length === 0) return service.spec?.clusterIP === 'None' ? [undefined] : [];
  return ports.flatMap((servicePort) => {
    const { name, protocol = 'TCP', appProtocol } = servicePort;
    const port = portOf(pod, servicePort);
    if (port === undefined) return [];
    return [{ ...(name ? { name } : {}), port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

const count = (subsets: readonly Subset[], key: 'addresses' | 'notReadyAddresses'): number =>
  subsets.reduce((sum, subset) => sum + (subset[key]?.length ?? 0), 0);

/**
 * The subsets with as many addresses as an Endpoints object may have, ready ones first, each with its share (endpoints_controller.go
 * truncateEndpoints).
 */
function truncated(subsets: readonly Subset[]): Subset[] {
  const ready = count(subsets, 'addresses');
  const onlyReady = ready > MAX_ADDRESSES;
  const key = onlyReady ? 'addresses' : 'notReadyAddresses';
  const [room, total] = onlyReady ? [MAX_ADDRESSES, ready] : [MAX_ADDRESSES - ready, count(subsets, key)];
  let left = room;
  return subsets.map((subset) => {
    const { addresses, notReadyAddresses, ...rest } = subset;
    const all = subset[key] ?? [];
    const kept = all.slice(0, Math.min(left, Math.ceil((all.length / total) * room)));
    left -= kept.length;
    const shown = onlyReady ? { addresses: kept, notReadyAddresses: [] } : { addresses: addresses ?? [], notReadyAddresses: kept };
    return {
      ...(shown.addresses.length === 0 ? {} : { addresses: shown.addresses }),
      ...(shown.notReadyAddresses.length === 0 ? {} : { notReadyAddresses: shown.notReadyAddresses }),
      ...rest,
    };
  });
}

function* offersOf(service: corev1.Service, pods: readonly corev1.Pod[]): Generator<Offer> {
  const publishNotReady = service.spec?.publishNotReadyAddresses === true;
  for (const pod of pods) {
    if (!hasAddress(pod, publishNotReady)) continue;
    const address = addressOf(pod, service);
    const ready = publishNotReady || isPodReady(pod);
    for (const port of portsOf(pod, service)) yield { address, ready, port };
  }
}

/** The subsets of a Service's Endpoints. `truncated`: there were more addresses than allowed. */
export function subsetsOf(service: corev1.Service, pods: readonly corev1.Pod[]): { subsets: Subset[]; truncated: boolean } {
  const subsets = repack(offersOf(service, pods));
  const over = count(subsets, 'addresses') + count(subsets, 'notReadyAddresses') > MAX_ADDRESSES;
  return { subsets: over ? truncated(subsets) : subsets, truncated: over };
}
