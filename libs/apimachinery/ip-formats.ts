import { append } from './append.js';
import { type FieldError, type FieldPathLike, invalidValue } from './field-error.js';
import { goQuote } from './go-format.js';

/** IP addresses and CIDRs in fields (apimachinery/pkg/util/validation/ip.go). */

/** The 16 bytes of an IPv6 address or the 4 of an IPv4 one; `sloppy` when octets have leading zeroes, `mapped` for ::ffff:1.2.3.4. */
interface ParsedIP {
  bytes: readonly number[];
  sloppy: boolean;
  mapped: boolean;
}

function parseIPv4(text: string): { bytes: number[]; sloppy: boolean } | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,16}$/.test(part) && Number(part) <= 255)) return undefined;
  return { bytes: parts.map(Number), sloppy: parts.some((part) => part.length > 1 && part.startsWith('0')) };
}

function groupsOf(text: string): { bytes: number[]; sloppy: boolean } | undefined {
  if (text === '') return { bytes: [], sloppy: false };
  const bytes: number[] = [];
  let sloppy = false;
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    const v4 = i === groups.length - 1 && group.includes('.') ? parseIPv4(group) : undefined;
    if (v4) {
      append(bytes, v4.bytes);
      sloppy = v4.sloppy;
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return undefined;
  }
  return { bytes, sloppy };
}

function parseIPv6(text: string): { bytes: number[]; sloppy: boolean } | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '');
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '') : { bytes: [], sloppy: false };
  if (!head || !tail) return undefined;
  const missing = 16 - head.bytes.length - tail.bytes.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return { bytes: [...head.bytes, ...new Array<number>(missing).fill(0), ...tail.bytes], sloppy: head.sloppy || tail.sloppy };
}

const isMapped = (bytes: readonly number[]): boolean => bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 255 && bytes[11] === 255;

function parseIP(text: string): ParsedIP | undefined {
  if (!text.includes(':')) {
    const v4 = parseIPv4(text);
    return v4 && { ...v4, mapped: false };
  }
  const v6 = parseIPv6(text);
  if (!v6) return undefined;
  return isMapped(v6.bytes) ? { bytes: v6.bytes.slice(12), sloppy: v6.sloppy, mapped: true } : { ...v6, mapped: false };
}

/** RFC 5952: the longest run of two or more zero groups becomes `::`. */
function formatIP(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === '0') run++;
    if (run > length) [start, length] = [i, run];
  }
  if (start < 0) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

function strictIPErrors(path: FieldPathLike, value: string, ip: ParsedIP): FieldError[] {
  const errors: FieldError[] = [];
  if (ip.sloppy) errors.push(invalidValue(path, value, 'must not have leading 0s'));
  else if (ip.mapped) errors.push(invalidValue(path, value, 'must not be an IPv4-mapped IPv6 address'));
  return errors;
}

/** An IP in an older field, which need not be in canonical form (IsValidIPForLegacyField); existing values are accepted. */
export function isValidLegacyIP(path: FieldPathLike, value: string, old: readonly string[] = []): FieldError[] {
  if (old.includes(value)) return [];
  const ip = parseIP(value);
  if (!ip) return [invalidValue(path, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
  return strictIPErrors(path, value, ip);
}

/** An IP in canonical form (IsValidIP). */
export function isValidIP(path: FieldPathLike, value: string): FieldError[] {
  const errors = isValidLegacyIP(path, value);
  const ip = parseIP(value);
  if (errors.length > 0 || !ip) return errors;
  const canonical = formatIP(ip.bytes);
  return canonical === value ? [] : [invalidValue(path, value, `must be in canonical form (${goQuote(canonical)})`)];
}

interface ParsedCIDR {
  ip: ParsedIP;
  prefix: number;
  sloppy: boolean;
  /** Bits beyond the prefix are set. */
  host: boolean;
  canonical: string;
}

function masked(bytes: readonly number[], prefix: number): number[] {
  return bytes.map((byte, i) => byte & (0xff << Math.max(0, Math.min(8, 8 * (i + 1) - prefix))) & 0xff);
}

function parseCIDR(text: string): ParsedCIDR | undefined {
  const slash = text.lastIndexOf('/');
  const ip = slash < 0 ? undefined : parseIP(text.slice(0, slash));
  const size = text.slice(slash + 1);
  if (!ip || !/^\d{1,8}$/.test(size)) return undefined;
  const shift = ip.mapped ? 96 : 0;
  const prefix = Number(size);
  if (prefix > ip.bytes.length * 8 + shift) return undefined;
  const network = masked(ip.bytes, Math.max(0, prefix - shift));
  const canonical = `${formatIP(network)}/${Math.max(0, prefix - shift)}`;
  const sloppy = ip.sloppy || (size.length > 1 && size.startsWith('0'));
  return { ip, prefix, sloppy, host: network.some((byte, i) => byte !== ip.bytes[i]), canonical };
}

/** A CIDR in an older field (IsValidCIDRForLegacyField); existing values are accepted. */
export function isValidLegacyCIDR(path: FieldPathLike, value: string, old: readonly string[] = []): FieldError[] {
  if (old.includes(value)) return [];
  const cidr = parseCIDR(value);
  if (!cidr) return [invalidValue(path, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
  if (cidr.sloppy) return [invalidValue(path, value, 'must not have leading 0s in IP or prefix length')];
  if (cidr.ip.mapped) return [invalidValue(path, value, 'must not have an IPv4-mapped IPv6 address')];
  return cidr.host ? [invalidValue(path, value, 'must not have bits set beyond the prefix length')] : [];
}

/** A CIDR in canonical form (IsValidCIDR). */
export function isValidCIDR(path: FieldPathLike, value: string): FieldError[] {
  const errors = isValidLegacyCIDR(path, value);
  const cidr = parseCIDR(value);
  if (errors.length > 0 || !cidr) return errors;
  return cidr.canonical === value ? [] : [invalidValue(path, value, `must be in canonical form (${goQuote(cidr.canonical)})`)];
}

/** 4 or 6 for an IP address (leading zeros are accepted), undefined if it is invalid. */
export function ipFamily(value: string): 4 | 6 | undefined {
  const ip = parseIP(value);
  return ip && (ip.bytes.length === 4 ? 4 : 6);
}

/** The same for a CIDR. */
export function cidrFamily(value: string): 4 | 6 | undefined {
  const cidr = parseCIDR(value);
  return cidr && (cidr.ip.bytes.length === 4 ? 4 : 6);
}
