import type { Random } from '#apimachinery';
import { type Bands, bandOffset, pick } from './bands.js';
import { addressToNumber, numberToAddress, parseRange } from './cidr.js';

/** Cluster IPs of Services (registry/core/service/ipallocator). The caller determines which ones are taken. */

/** The default service range. */
export const SERVICE_CIDR = '10.96.0.0/12';
/** Address of the `kubernetes` Service: the first of the range. */
export const KUBERNETES_SERVICE_IP = '10.96.0.1';
/** Address of the `kube-dns` Service: the tenth. */
export const DNS_SERVICE_IP = '10.96.0.10';

/** The message for a range that is full (ErrFull). */
export const RANGE_FULL = 'range is full';
/** The message for an address that is taken (ErrAllocated). */
export const IP_ALLOCATED = 'provided IP is already allocated';

/** Network and broadcast addresses cannot be used. */
function bandsOf(cidr: string): Bands {
  const { base, size } = parseRange(cidr);
  const hosts = size - 2;
  return { first: base + 1, size: hosts, offset: bandOffset(hosts, { min: 16, max: 256, step: 16 }) };
}

/** The first address of a range, which the Service `kubernetes` has. */
export const firstServiceIP = (cidr: string): string => numberToAddress(parseRange(cidr).base + 1);

/** A free cluster IP: random from the upper band, or from the lower one if that is full. Undefined: the range is full. */
export function pickServiceIP(random: Random, taken: (address: string) => boolean, cidr: string = SERVICE_CIDR): string | undefined {
  const number = pick(bandsOf(cidr), random, (candidate) => taken(numberToAddress(candidate)));
  return number === undefined ? undefined : numberToAddress(number);
}

/** Why an address cannot be a Service's, in upstream's words, whether it is taken or not; undefined if it can. */
export function serviceIPError(address: string, cidr: string = SERVICE_CIDR): string | undefined {
  const { first, size } = bandsOf(cidr);
  const number = addressToNumber(address);
  if (number !== undefined && number >= first && number < first + size) return undefined;
  return `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${cidr}`;
}
