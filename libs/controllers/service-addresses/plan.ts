import type { corev1, networkingv1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';

type Service = corev1.Service;
type IPAddress = networkingv1.IPAddress;

/** The labels of addresses that the API server has allocated (ipallocator). */
export const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const ALLOCATOR = 'ipallocator.k8s.io';
export const FAMILY = 'ipaddress.kubernetes.io/ip-family';
/** How long a request may take that creates an address before its Service, and how long it may take to be taken back. */
const REQUEST = 60_000;
const ROLLBACK = 5_000;

/** What is found to be wrong, as an event tells it. */
export interface Finding {
  reason: string;
  message: string;
}

const familyOf = (ip: string): string => (ip.includes(':') ? 'IPv6' : 'IPv4');

/** Whether the API server has allocated an address for a Service. */
export const isAllocated = ({ metadata }: IPAddress): boolean => metadata.labels?.[MANAGED_BY] === ALLOCATOR;

/** Whether an IPAddress has the labels that the API server gives it (verifyIPAddressLabels). */
export const isLabelled = (address: IPAddress): boolean =>
  isAllocated(address) && address.metadata.labels?.[FAMILY] === familyOf(address.metadata.name);

/** The addresses of a Service; none if it is headless or a name (IsServiceIPSet). */
export function clusterIPsOf({ spec }: Service): string[] {
  return spec.type === 'ExternalName' || !spec.clusterIP || spec.clusterIP === 'None' ? [] : (spec.clusterIPs ?? []);
}

/** The IPAddress of a Service's address (newIPAddress). */
export function addressFor({ metadata: { name, namespace } }: Service, ip: string): IPAddress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: ip, labels: { [FAMILY]: familyOf(ip), [MANAGED_BY]: ALLOCATOR } },
    spec: { parentRef: { resource: 'services', namespace, name } },
  };
}

/** What the repair of a Service's address sees. */
export interface Allocations {
  address: IPAddress | undefined;
  inRange: boolean;
  serviceOf(namespace: string, name: string): Service | undefined;
}

/** What is to be done about an address of a Service: `recreate` removes the IPAddress that there is. */
export interface AddressRepair {
  do: 'nothing' | 'create' | 'recreate';
  finding?: Finding;
}

const FINE: AddressRepair = { do: 'nothing' };

/** Whether an address of a Service is allocated for it (ipallocator/controller repairip.go syncService). Pure. */
export function planAddressRepair(service: Service, ip: string, { address, inRange, serviceOf }: Allocations): AddressRepair {
  const family = `[${familyOf(ip)}]`;
  if (!inRange) {
    const message = `Cluster IP ${family}: ${ip} is not within any configured Service CIDR; please recreate service`;
    return { do: 'nothing', finding: { reason: 'ClusterIPOutOfRange', message } };
  }
  const reason = 'ClusterIPNotAllocated';
  if (!address) return { do: 'create', finding: { reason, message: `Cluster IP ${family}: ${ip} is not allocated; repairing` } };
  const { name, namespace = '' } = service.metadata;
  const wrong = `the ClusterIP ${family}: ${ip} for Service ${namespace}/${name} has a wrong reference; repairing`;
  const { group, resource, namespace: space = '', name: parent = '' } = address.spec?.parentRef ?? {};
  if (group || resource !== 'services') return { do: 'recreate', finding: { reason, message: wrong } };
  const labelled: AddressRepair = isLabelled(address) ? FINE : { do: 'recreate' };
  if (space === namespace && parent === name) return labelled;
  const other = serviceOf(space, parent);
  if (!other) return { do: 'recreate', finding: { reason, message: wrong } };
  if (!other.spec.clusterIPs?.includes(ip)) return labelled;
  const message = `Cluster IP ${family}:${ip} was assigned to multiple services; please recreate service`;
  return { ...labelled, finding: { reason: 'ClusterIPAlreadyAllocated', message } };
}

/** What is to be done about an IPAddress. `look`: nothing before that time. */
export type OrphanPlan = { do: 'nothing' } | { do: 'remove'; finding: Finding } | { do: 'look'; at: Instant };

/** A reference as Go prints it. */
function referenceText(parent: networkingv1.ParentReference | undefined): string {
  if (!parent) return '<nil>';
  const { group = '', resource = '', namespace = '', name = '' } = parent;
  return `&ParentReference{Group:${group},Resource:${resource},Namespace:${namespace},Name:${name},}`;
}

/** Whether an IPAddress that was allocated for a Service belongs to one (repairip.go syncIPAddress). Pure. */
export function planOrphan(address: IPAddress, service: Service | undefined, now: Instant): OrphanPlan {
  if (!isAllocated(address)) return { do: 'nothing' };
  const { name, creationTimestamp = '' } = address.metadata;
  const parent = address.spec?.parentRef;
  const removal = (reason: string, message: string): OrphanPlan => ({ do: 'remove', finding: { reason, message } });
  if (parent?.group || parent?.resource !== 'services') {
    const text = `IPAddress ${name} appears to have been modified, not referencing a Service ${referenceText(parent)}: cleaning up`;
    return removal('IPAddressNotAllocated', text);
  }
  const of = `IPAddress: ${name} for Service ${parent.namespace ?? ''}/${parent.name}`;
  const made = parseTime(creationTimestamp) ?? now;
  if (!service) {
    if (now - made <= REQUEST) return { do: 'look', at: made + REQUEST + 1 };
    return removal('IPAddressNotAllocated', `${of} appears to have leaked: cleaning up`);
  }
  if (service.spec.clusterIPs?.includes(name)) return { do: 'nothing' };
  if (service.spec.type === 'ExternalName' && now - made < REQUEST) return { do: 'look', at: made + REQUEST };
  const after = made > (parseTime(service.metadata.creationTimestamp ?? '') ?? now);
  if (after && now - made < ROLLBACK) return { do: 'look', at: made + ROLLBACK };
  return removal('IPAddressWrongReference', `${of} has a wrong reference; cleaning up`);
}
