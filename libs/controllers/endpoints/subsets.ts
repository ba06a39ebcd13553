import type { corev1 } from '#api';
import { isPodReady } from '#component-helpers';
import { hasAddress, hostnameFor, portOf } from './pods-of-service.js';

/** Maximum addresses of an Endpoints object (endpoints_controller.go maxCapacity). */
const MAX_ADDRESSES = 1000;

interface Member {
  address: corev1.EndpointAddress;
  ready: boolean;
}

interface PortGroup {
  port: corev1.EndpointPort | undefined;
  members: Member[];
}

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

function byAddress(a: Member, b: Member): number {
  if (a.address.ip !== b.address.ip) return a.address.ip < b.address.ip ? -1 : 1;
  return (a.address.targetRef?.uid ?? '') < (b.address.targetRef?.uid ?? '') ? -1 : 1;
}

function membersKey(members: readonly Member[]): string {
  return members.map(({ address, ready }) => `${address.targetRef?.uid}/${ready}`).join(' ');
}

function groupByPort(service: corev1.Service, pods: readonly corev1.Pod[]): PortGroup[] {
  const publishNotReady = service.spec?.publishNotReadyAddresses === true;
  const groups = new Map<string, PortGroup>();
  for (const pod of pods) {
    if (!hasAddress(pod, publishNotReady)) continue;
    const member = { address: addressOf(pod, service), ready: publishNotReady || isPodReady(pod) };
    for (const port of portsOf(pod, service)) {
      const key = JSON.stringify(port ?? null);
      const group = groups.get(key) ?? { port, members: [] };
      group.members.push(member);
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

/** Takes as many as an Endpoints object may have, ready ones first. */
function truncate(members: readonly Member[], limit: number): readonly Member[] {
  if (members.length <= limit) return members;
  return [...members.filter(({ ready }) => ready), ...members.filter(({ ready }) => !ready)].slice(0, limit);
}

/**
 * The subsets of a Service's Endpoints: ports with the same addresses are combined (api/v1/endpoints/util.go RepackSubsets). `truncated`:
 * there were more addresses than allowed.
 */
export function subsetsOf(service: corev1.Service, pods: readonly corev1.Pod[]): { subsets: corev1.EndpointSubset[]; truncated: boolean } {
  const merged = new Map<string, { ports: corev1.EndpointPort[]; members: readonly Member[] }>();
  for (const { port, members } of groupByPort(service, pods)) {
    members.sort(byAddress);
    const key = membersKey(members);
    const entry = merged.get(key) ?? { ports: [], members };
    if (port !== undefined) entry.ports.push(port);
    merged.set(key, entry);
  }
  let left = MAX_ADDRESSES;
  let truncated = false;
  const subsets = [...merged.values()].map(({ ports, members }) => {
    const kept = truncate(members, left);
    truncated ||= kept.length < members.length;
    left -= kept.length;
    const ready = kept.filter((member) => member.ready).map(({ address }) => address);
    const notReady = kept.filter((member) => !member.ready).map(({ address }) => address);
    return {
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
  return { subsets, truncated };
}
