import type { corev1 } from '#api';

type Address = corev1.EndpointAddress;
type Port = corev1.EndpointPort;
type Subset = corev1.EndpointSubset;

/** An address that offers a port, or no port in particular. */
export interface Offer {
  address: Address;
  ready: boolean;
  port: Port | undefined;
}

interface Member {
  address: Address;
  ready: boolean;
}

interface PortGroup {
  port: Port | undefined;
  members: Map<string, Member>;
}

const keyOf = ({ ip, targetRef }: Address): string => `${ip}/${targetRef?.uid ?? ''}`;

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By address, those without a target before the others, which are in the order of their uids (LessEndpointAddress). */
const byAddress = ({ address: a }: Member, { address: b }: Member): number =>
  compareText(a.ip, b.ip) || compareText(a.targetRef?.uid ?? '', b.targetRef?.uid ?? '');

/** The offers by port, each address once: one that is said to be ready and not ready is not. */
function byPort(offers: Iterable<Offer>): PortGroup[] {
  const first = new Map<string, Address>();
  const groups = new Map<string, PortGroup>();
  for (const { address: given, ready, port } of offers) {
    const key = keyOf(given);
    const address = first.get(key) ?? given;
    first.set(key, address);
    const portKey = JSON.stringify(port ?? null);
    const group = groups.get(portKey) ?? { port, members: new Map() };
    groups.set(portKey, group);
    group.members.set(key, { address, ready: ready && group.members.get(key)?.ready !== false });
  }
  return [...groups.values()];
}

/**
 * The subsets of an Endpoints object: the ports that the same addresses offer are in one (api/v1/endpoints/util.go RepackSubsets). Upstream
 * sorts subsets and ports by a hash of Go's structures; here they are in the order in which they were named first.
 */
export function repack(offers: Iterable<Offer>): Subset[] {
  const merged = new Map<string, { ports: Port[]; members: readonly Member[] }>();
  for (const { port, members: known } of byPort(offers)) {
    const members = [...known.values()].sort(byAddress);
    const key = members.map(({ address, ready }) => `${keyOf(address)}/${ready}`).join(' ');
    const entry = merged.get(key) ?? { ports: [], members };
    if (port !== undefined) entry.ports.push(port);
    merged.set(key, entry);
  }
  return [...merged.values()].map(({ ports, members }) => {
    const ready = members.flatMap((member) => (member.ready ? [member.address] : []));
    const notReady = members.flatMap((member) => (member.ready ? [] : [member.address]));
    return {
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
}
