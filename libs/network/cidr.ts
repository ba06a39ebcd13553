import ipaddr from 'ipaddr.js';

/** A range of IPv4 addresses as numbers. */
export interface AddressRange {
  /** As written: `10.244.0.0/16`. */
  readonly cidr: string;
  /** The network address. */
  readonly base: number;
  /** The number of addresses, including network and broadcast. */
  readonly size: number;
  readonly prefix: number;
}

/** The number of an IPv4 address; undefined if it is invalid. */
export function addressToNumber(address: string): number | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(address).octets;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** The text of an IPv4 address's number. */
export function numberToAddress(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}

const ranges = new Map<string, AddressRange>();

/** Parses an IPv4 CIDR. Throws a TypeError if it is invalid: ranges are configuration. */
export function parseRange(cidr: string): AddressRange {
  const known = ranges.get(cidr);
  if (known) return known;
  const [network, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const size = 2 ** (32 - prefix);
  const number = addressToNumber(network.toString()) ?? 0;
  const range = { cidr, base: number - (number % size), size, prefix };
  if (ranges.size < 4096) ranges.set(cidr, range);
  return range;
}

/** Whether a range contains an address (including its network and broadcast addresses). */
export function contains(range: AddressRange, address: string): boolean {
  const number = addressToNumber(address);
  return number !== undefined && number >= range.base && number < range.base + range.size;
}
