/** IP addresses and prefixes as Go's net/netip reads and writes them. */

/** An address: four or sixteen bytes. */
export type Address = readonly number[];

/** The text is no address, or one that Kubernetes does not take. */
export class AddressError {
  constructor(readonly message: string) {}
}

const quoted = (text: string): string => JSON.stringify(text);
const LONGEST = 64;

function fourBytes(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.map(Number);
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const bytes: number[] = [];
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 && part.includes('.') ? fourBytes(part) : undefined;
    if (v4) bytes.push(...v4);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) bytes.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255);
    else return undefined;
  }
  return bytes;
}

function sixteenBytes(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves.map((half) => half);
  const before = groups(head);
  if (tail === undefined) return before?.length === 16 ? before : undefined;
  const after = groups(tail);
  if (!before || !after || head.includes('.') || before.length + after.length > 14) return undefined;
  return [...before, ...Array.from({ length: 16 - before.length - after.length }, () => 0), ...after];
}

const isMapped = (bytes: Address): boolean =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;

/** An address with Kubernetes' errors: without zones, and IPv4 only as such. */
export function parseAddress(text: string): Address | AddressError {
  const zone = text.indexOf('%');
  const bare = zone < 0 ? text : text.slice(0, zone);
  const bytes = text.length > LONGEST ? undefined : text.includes(':') ? sixteenBytes(bare) : fourBytes(text);
  if (!bytes) {
    const cause = text === '' ? 'unable to parse IP' : `ParseAddr(${quoted(text)}): unable to parse IP`;
    return new AddressError(`IP Address ${quoted(text)} parse error during conversion from string: ${cause}`);
  }
  if (zone >= 0) return new AddressError(`IP address ${quoted(text)} with zone value is not allowed`);
  if (isMapped(bytes)) return new AddressError(`IPv4-mapped IPv6 address ${quoted(text)} is not allowed`);
  return bytes;
}

/** An address in its canonical text. */
export function formatAddress(bytes: Address): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let start = -1;
  let longest = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && words[end] === 0) end++;
    if (end - i > longest) [start, longest] = [i, end - i];
    i = Math.max(i, end - 1);
  }
  const text = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  return start < 0 ? text(words) : `${text(words.slice(0, start))}::${text(words.slice(start + longest))}`;
}

/** A prefix: an address and its number of bits. */
export interface Prefix {
  readonly address: Address;
  readonly bits: number;
}

/** A prefix with Go's errors. */
export function parsePrefix(text: string): Prefix | AddressError {
  const fail = (cause: string): AddressError =>
    new AddressError(`network address parse error during conversion from string: netip.ParsePrefix(${quoted(text)}): ${cause}`);
  const slash = text.lastIndexOf('/');
  if (slash < 0) return fail("no '/'");
  const given = text.slice(0, slash);
  const address = given.length > LONGEST ? undefined : given.includes(':') ? sixteenBytes(given) : fourBytes(given);
  if (!address)
    return fail(given.includes('%') ? 'IPv6 zones cannot be present in a prefix' : `ParseAddr(${quoted(given)}): unable to parse IP`);
  const bits = text.slice(slash + 1);
  if (!/^\d{1,10}$/.test(bits) || (bits.length > 1 && bits.startsWith('0'))) return fail(`bad bits after slash: ${quoted(bits)}`);
  if (Number(bits) > address.length * 8) return fail('prefix length out of range');
  if (isMapped(address)) return new AddressError(`IPv4-mapped IPv6 address ${quoted(text)} is not allowed`);
  return { address, bits: Number(bits) };
}

/** An address with all bits after the prefix 0. */
export function mask(address: Address, bits: number): Address {
  return address.map((byte, i) => byte & (0xff00 >> Math.min(Math.max(bits - 8 * i, 0), 8)) & 0xff);
}

/** Whether an address lies in a prefix. */
export function contains({ address, bits }: Prefix, other: Address): boolean {
  if (address.length !== other.length) return false;
  const [a, b] = [mask(address, bits), mask(other, bits)];
  return a.every((byte, i) => byte === b[i]);
}

/** Go's properties of addresses. */
export const is = {
  unspecified: (bytes: Address): boolean => bytes.every((byte) => byte === 0),
  loopback: (bytes: Address): boolean =>
    bytes.length === 4 ? bytes[0] === 127 : bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1,
  multicast: (bytes: Address): boolean => (bytes.length === 4 ? ((bytes[0] ?? 0) & 0xf0) === 0xe0 : bytes[0] === 0xff),
  linkLocalMulticast: (bytes: Address): boolean =>
    bytes.length === 4 ? bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0 : bytes[0] === 0xff && ((bytes[1] ?? 0) & 0x0f) === 0x02,
  linkLocalUnicast: (bytes: Address): boolean =>
    bytes.length === 4 ? bytes[0] === 169 && bytes[1] === 254 : bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80,
  globalUnicast: (bytes: Address): boolean => {
    const broadcast = bytes.length === 4 && bytes.every((byte) => byte === 255);
    return !broadcast && !is.unspecified(bytes) && !is.loopback(bytes) && !is.multicast(bytes) && !is.linkLocalUnicast(bytes);
  },
} as const;
