import type { networkingv1 } from '#api';
import { addressToNumber, parseRange } from '#network';
import { isAllocated } from '../service-addresses/plan.js';

type ServiceCIDR = networkingv1.ServiceCIDR;

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
