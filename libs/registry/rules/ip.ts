import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type FieldError, type FieldPathLike, goQuote, invalidValue } from '#apimachinery';

const LEADING_ZERO = /(^|\.)0\d/;

/** The address without leading zeros, which net.ParseIP used to accept (netutils.ParseIPSloppy); undefined if it is not an address. */
function sloppy(value: string): string | undefined {
  if (isIPv4(value)) return value;
  const plain = value.replace(/(^|[.:])0+(?=\d+(\.|$))/g, '$1');
  if (value.includes('%')) return undefined;
  return isIPv4(plain) || isIPv6(plain) ? plain : undefined;
}

const is4In6 = (value: string): boolean => isIPv6(value) && ipaddr.IPv6.parse(value).isIPv4MappedAddress();

/** An address as Go prints it: IPv4 and IPv4-mapped ones dotted, IPv6 as in RFC 5952; undefined if it is not an address. */
export function canonicalIP(value: string): string | undefined {
  const plain = sloppy(value);
  if (plain === undefined) return undefined;
  if (isIPv4(plain)) return plain;
  const parsed = ipaddr.IPv6.parse(plain);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toRFC5952String();
}

/** Whether a text is an IP address of either family, possibly with leading zeros. */
export const isIP = (value: string): boolean => sloppy(value) !== undefined;

/** Whether Go regards an address as IPv4 (which includes IPv4-mapped ones). */
export function isIPv4Address(value: string): boolean {
  const canonical = canonicalIP(value);
  return canonical !== undefined && isIPv4(canonical);
}

/**
 * The rule for IP fields that are older than the strict one (util/validation IsValidIPForLegacyField with StrictIPCIDRValidation, beta and
 * on in 1.36). Existing values are not validated.
 */
export function legacyIP(path: string, value: string, standing: readonly string[] = []): FieldError[] {
  if (standing.includes(value)) return [];
  const plain = sloppy(value);
  if (plain === undefined) return [invalidValue(path, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
  const errors: FieldError[] = [];
  if (LEADING_ZERO.test(value) && !isIPv6(value)) errors.push(invalidValue(path, value, 'must not have leading 0s'));
  if (is4In6(plain)) errors.push(invalidValue(path, value, 'must not be an IPv4-mapped IPv6 address'));
  return errors;
}

/** The strict rule, which requires the canonical form (IsValidIP). */
export function strictIP(path: string, value: string): FieldError[] {
  const errors = legacyIP(path, value);
  if (errors.length > 0) return errors;
  const canonical = canonicalIP(value);
  return canonical === value ? [] : [invalidValue(path, value, `must be in canonical form ("${canonical}")`)];
}

/** The range of a canonical IPv4 address, if it is one to which no traffic can be sent. */
function rangeOfIPv4(address: string): string | undefined {
  if (address === '0.0.0.0') return 'unspecified';
  if (address.startsWith('127.')) return 'loopback';
  return address.startsWith('169.254.') ? 'linkLocal' : undefined;
}

/** An address to which traffic can be sent (core/validation ValidateEndpointIP). */
export function endpointIP(path: FieldPathLike, value: string): FieldError[] {
  const canonical = canonicalIP(value);
  if (canonical === undefined) return [invalidValue(path, value, 'must be a valid IP address')];
  const range = isIPv4(canonical) ? rangeOfIPv4(canonical) : ipaddr.IPv6.parse(canonical).range();
  if (range === 'unspecified') return [invalidValue(path, value, `may not be unspecified (${value})`)];
  if (range === 'loopback') return [invalidValue(path, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')];
  if (range === 'linkLocal') return [invalidValue(path, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')];
  if (canonical.startsWith('224.0.0.') || /^ff.2:/.test(canonical))
    return [invalidValue(path, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')];
  return [];
}

/** A warning for an address that is accepted but not in canonical form (GetWarningsForIP). */
export function ipWarnings(path: FieldPathLike, value: string): string[] {
  const canonical = canonicalIP(value);
  if (canonical === undefined || canonical === value) return [];
  const quoted = { given: goQuote(value), proper: goQuote(canonical) };
  if (isIPv6(value) && !is4In6(value))
    return [`${path}: IPv6 address ${quoted.given} should be in RFC 5952 canonical format (${quoted.proper})`];
  return [`${path}: non-standard IP address ${quoted.given} is invalid: use ${quoted.proper}`];
}

/** A parsed CIDR. `network` is its first address and `address` the one that was written, both as Go prints them. */
export interface CIDR {
  address: string;
  network: string;
  length: number;
  family: 4 | 6;
}

function networkOfIPv4(address: string, length: number): string {
  let bits = 0;
  for (const octet of address.split('.')) bits = (bits << 8) | Number(octet);
  const network = length === 0 ? 0 : bits & (0xffffffff << (32 - length));
  return `${network >>> 24}.${(network >>> 16) & 255}.${(network >>> 8) & 255}.${network & 255}`;
}

function networkOf(address: string, length: number): string {
  if (isIPv4(address)) return networkOfIPv4(address, length);
  const bytes = ipaddr.IPv6.parse(address).toByteArray();
  const masked = bytes.map((byte, index) => {
    const bits = Math.min(8, Math.max(0, length - index * 8));
    return byte & (0xff << (8 - bits)) & 0xff;
  });
  return new ipaddr.IPv6(masked).toRFC5952String();
}

/** Parses a CIDR, accepting leading zeros (netutils.ParseCIDRSloppy); undefined if it is not a CIDR. */
export function parseCIDR(value: string): CIDR | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(value);
  const address = match?.[1] === undefined ? undefined : canonicalIP(match[1]);
  if (!match || address === undefined) return undefined;
  const family = isIPv4(address) ? 4 : 6;
  const length = Number(match[2]);
  return length <= (family === 4 ? 32 : 128) ? { address, network: networkOf(address, length), length, family } : undefined;
}

/** Whether a network contains an address. */
export function cidrContains(cidr: CIDR, address: string): boolean {
  const canonical = canonicalIP(address);
  if (canonical === undefined || (isIPv4(canonical) ? 4 : 6) !== cidr.family) return false;
  return networkOf(canonical, cidr.length) === cidr.network;
}

/** Warnings for a CIDR that is accepted but not in canonical form (GetWarningsForCIDR). */
export function cidrWarnings(path: FieldPathLike, value: string): string[] {
  const cidr = parseCIDR(value);
  const [address = ''] = value.split('/');
  if (!cidr) return [];
  const proper = `${cidr.network}/${cidr.length}`;
  if (cidr.network !== cidr.address) {
    const single = `${cidr.address}/${cidr.family === 4 ? 32 : 128}`;
    return [`${path}: CIDR value ${goQuote(value)} is ambiguous in this context (should be ${goQuote(proper)} or ${goQuote(single)}?)`];
  }
  if (proper === value) return [];
  if (isIPv6(address) && !is4In6(address))
    return [`${path}: IPv6 CIDR value ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(proper)})`];
  return [`${path}: non-standard CIDR value ${goQuote(value)} is invalid: use ${goQuote(proper)}`];
}

/** The rule for CIDR fields that are older than the strict one (IsValidCIDRForLegacyField, strict in 1.36). */
export function legacyCIDR(path: string, value: string, standing: readonly string[] = []): FieldError[] {
  if (standing.includes(value)) return [];
  const cidr = parseCIDR(value);
  if (!cidr) return [invalidValue(path, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
  const [address = '', length = ''] = value.split('/');
  const zeros = (LEADING_ZERO.test(address) && !isIPv6(address)) || /^0\d/.test(length);
  if (zeros) return [invalidValue(path, value, 'must not have leading 0s in IP or prefix length')];
  if (is4In6(address)) return [invalidValue(path, value, 'must not have an IPv4-mapped IPv6 address')];
  if (cidr.address !== cidr.network) return [invalidValue(path, value, 'must not have bits set beyond the prefix length')];
  return [];
}

/** The strict rule, which requires the canonical form (IsValidCIDR). */
export function strictCIDR(path: string, value: string): FieldError[] {
  const errors = legacyCIDR(path, value);
  const cidr = parseCIDR(value);
  if (errors.length > 0 || !cidr) return errors;
  const canonical = `${cidr.network}/${cidr.length}`;
  return canonical === value ? [] : [invalidValue(path, value, `must be in canonical form ("${canonical}")`)];
}

/** Warnings for the addresses of a load balancer, in the status of a Service or an Ingress. */
export const ingressWarnings = (ingress: ReadonlyArray<{ ip?: string }> | null | undefined): string[] =>
  (ingress ?? []).flatMap(({ ip }, index) => (ip ? ipWarnings(`status.loadBalancer.ingress[${index}]`, ip) : []));
