import { goQuote } from '#apimachinery';

/** IP addresses and prefixes as Go's net/netip reads and writes them. */

/** An address: four or sixteen bytes. */
export type Address = readonly number[];

/** The text is no address, or one that Kubernetes does not take. */
export class AddressError {
  constructor(readonly message: string) {}
}

const LONGEST = 4_096;

/** Where reading an address failed, and why: netip's parseAddrError. */
class Failure {
  constructor(
    readonly message: string,
    readonly at = '',
  ) {}
}

/** netip's parseIPv4Fields. */
function fourBytes(text: string): number[] | Failure {
  const bytes: number[] = [];
  let value = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char >= 48 && char <= 57) {
      if (digits === 1 && value === 0) return new Failure('IPv4 field has octet with leading zero');
      value = value * 10 + char - 48;
      digits += 1;
      if (value > 255) return new Failure('IPv4 field has value >255');
    } else if (char === 46) {
      if (i === 0 || i === text.length - 1 || text[i - 1] === '.')
        return new Failure('IPv4 field must have at least one digit', text.slice(i));
      if (bytes.length === 3) return new Failure('IPv4 address too long');
      bytes.push(value);
      value = 0;
      digits = 0;
    } else return new Failure('unexpected character', text.slice(i));
  }
  return bytes.length < 3 ? new Failure('IPv4 address too short') : [...bytes, value];
}

/** One group of hexadecimal digits at the beginning of a text: its length and value. */
function groupOf(text: string): { length: number; value: number } | Failure {
  const digits = /^[0-9a-fA-F]*/.exec(text)?.[0] ?? '';
  if (digits.length > 4) return new Failure('each group must have 4 or less digits', text);
  if (digits === '') return new Failure('each colon-separated field must have at least one digit', text);
  return { length: digits.length, value: Number.parseInt(digits, 16) };
}

/** The groups of an address without its zone, and where `::` stands in it. */
function groupsOf(given: string): { bytes: number[]; ellipsis: number } | Failure {
  const bytes: number[] = [];
  let ellipsis = given.startsWith('::') ? 0 : -1;
  let rest = ellipsis < 0 ? given : given.slice(2);
  if (rest === '' && ellipsis === 0) return { bytes, ellipsis };
  while (bytes.length < 16) {
    const group = groupOf(rest);
    if (group instanceof Failure) return group;
    if (rest[group.length] === '.') return embedded(rest, { bytes, ellipsis });
    bytes.push(group.value >> 8, group.value & 255);
    rest = rest.slice(group.length);
    if (rest === '') break;
    if (!rest.startsWith(':')) return new Failure('unexpected character, want colon', rest);
    if (rest === ':') return new Failure('colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (!rest.startsWith(':')) continue;
    if (ellipsis >= 0) return new Failure('multiple :: in address', rest);
    ellipsis = bytes.length;
    rest = rest.slice(1);
    if (rest === '') break;
  }
  return rest === '' ? { bytes, ellipsis } : new Failure('trailing garbage after address', rest);
}

/** An IPv4 address at the end of one of IPv6. */
function embedded(rest: string, { bytes, ellipsis }: { bytes: number[]; ellipsis: number }): ReturnType<typeof groupsOf> {
  if (ellipsis < 0 && bytes.length !== 12) return new Failure('embedded IPv4 address must replace the final 2 fields of the address', rest);
  if (bytes.length + 4 > 16) return new Failure('too many hex fields to fit an embedded IPv4 at the end of the address', rest);
  const last = fourBytes(rest);
  return last instanceof Failure ? last : { bytes: [...bytes, ...last], ellipsis };
}

/** netip's parseIPv6. */
function sixteenBytes(text: string): number[] | Failure {
  const zone = text.indexOf('%');
  if (zone === text.length - 1) return new Failure('zone must be a non-empty string');
  const groups = groupsOf(zone < 0 ? text : text.slice(0, zone));
  if (groups instanceof Failure) return groups;
  const { bytes, ellipsis } = groups;
  const missing = 16 - bytes.length;
  if (missing === 0) return ellipsis < 0 ? bytes : new Failure('the :: must expand to at least one field of zeros');
  if (ellipsis < 0) return new Failure('address string too short');
  return [...bytes.slice(0, ellipsis), ...new Array<number>(missing).fill(0), ...bytes.slice(ellipsis)];
}

/** netip's ParseAddr: the bytes, or its error. */
function parse(text: string): number[] | { error: string } {
  const [kind] = /[.:%]/.exec(text.slice(0, LONGEST)) ?? [];
  const found =
    kind === '.'
      ? fourBytes(text)
      : kind === ':'
        ? sixteenBytes(text)
        : new Failure(kind === '%' ? 'missing IPv6 address' : 'unable to parse IP');
  if (!(found instanceof Failure)) return found;
  const at = found.at === '' ? '' : ` (at ${goQuote(found.at)})`;
  return { error: `ParseAddr(${goQuote(text)}): ${found.message}${at}` };
}

const isMapped = (bytes: Address): boolean =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;

/** An address with Kubernetes' errors: without zones, and IPv4 only as such. */
export function parseAddress(text: string): Address | AddressError {
  const bytes = parse(text);
  if ('error' in bytes) return new AddressError(`IP Address ${goQuote(text)} parse error during conversion from string: ${bytes.error}`);
  if (bytes.length === 16 && text.includes('%')) return new AddressError(`IP address ${goQuote(text)} with zone value is not allowed`);
  if (isMapped(bytes)) return new AddressError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
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
    new AddressError(`network address parse error during conversion from string: netip.ParsePrefix(${goQuote(text)}): ${cause}`);
  const slash = text.lastIndexOf('/');
  if (slash < 0) return fail("no '/'");
  const address = parse(text.slice(0, slash));
  if ('error' in address) return fail(address.error);
  if (text.includes('%')) return fail('IPv6 zones cannot be present in a prefix');
  const bits = text.slice(slash + 1);
  if (!/^\d{1,10}$/.test(bits) || (bits.length > 1 && bits.startsWith('0'))) return fail(`bad bits after slash: ${goQuote(bits)}`);
  if (Number(bits) > address.length * 8) return fail('prefix length out of range');
  if (isMapped(address)) return new AddressError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
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
