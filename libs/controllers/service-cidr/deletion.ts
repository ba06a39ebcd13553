import type { networkingv1 } from '#api';
import { addressToNumber, parseRange } from '#network';

type ServiceCIDR = networkingv1.ServiceCIDR;

/** The label of addresses that the API server has allocated (ipallocator). */
const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
const ALLOCATOR = 'ipallocator.k8s.io';

interface Range {
  base: number;
  end: number;
}

function rangeOf(cidr: string): Range | undefined {
  if (cidr.includes(':')) return undefined;
  const { base, size } = parseRange(cidr);
  return { base, end: base + size };
}

const rangesOf = ({ spec }: ServiceCIDR): Range[] => (spec?.cidrs ?? []).flatMap((cidr) => rangeOf(cidr) ?? []);

/** Whether an address was allocated for a Service. */
export function isAllocated({ metadata }: networkingv1.IPAddress): boolean {
  return metadata.labels?.[MANAGED_BY] === ALLOCATOR;
}

/** Whether a range may go: another contains it, or no address lies in it alone (canDeleteCIDR). Pure. */
export function canDelete(cidr: ServiceCIDR, all: readonly ServiceCIDR[], addresses: readonly networkingv1.IPAddress[]): boolean {
  const others = all.filter(({ metadata }) => metadata.name !== cidr.metadata.name).flatMap(rangesOf);
  const own = rangesOf(cidr);
  if (own.every(({ base, end }) => others.some((other) => other.base <= base && other.end >= end))) return true;
  const lies = (address: number, ranges: readonly Range[]) => ranges.some(({ base, end }) => address >= base && address < end);
  return addresses.every((address) => {
    const number = isAllocated(address) ? addressToNumber(address.metadata.name) : undefined;
    return number === undefined || !lies(number, own) || lies(number, others);
  });
}
