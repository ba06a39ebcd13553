import ipaddr from 'ipaddr.js';
import { type FieldError, type FieldPathLike, goQuote, invalidValue } from '#apimachinery';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const OCTETS = /^\d{1,3}(\.\d{1,3}){3}$/;
const DOTTED_TAIL = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/;

const withoutZeros = (text: string): string => text.replace(/\b0+(\d)/g, '$1');

/** Parses an address as old clients write it: leading zeros are taken as decimal (k8s.io/utils/net ParseIPSloppy). Undefined: it is none. */
export function parseIPSloppy(text: string): Address | undefined {
  if (OCTETS.test(text)) {
    const plain = withoutZeros(text);
    return ipaddr.IPv4.isValidFourPartDecimal(plain) ? ipaddr.IPv4.parse(plain) : undefined;
  }
  if (!text.includes(':') || text.includes('%')) return undefined;
  const plain = text.replace(DOTTED_TAIL, (_all, head: string, tail: string) => head + withoutZeros(tail));
  return ipaddr.IPv6.isValid(plain) ? ipaddr.IPv6.parse(plain) : undefined;
}

const isMapped = (address: Address): boolean => address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress();
const hasLeadingZeros = (text: string): boolean => /(^|[.:])0\d+(\.|$)/.test(text) && text.includes('.');

/** An address as Go prints it: mapped ones as IPv4, IPv6 in RFC 5952's form. */
export function formatIP(address: Address): string {
  if (address.kind() === 'ipv4') return address.toString();
  const v6 = address as ipaddr.IPv6;
  return v6.isIPv4MappedAddress() ? v6.toIPv4Address().toString() : v6.toRFC5952String();
}

interface Prefix {
  address: Address;
  length: number;
  bits: number;
}

function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseIPSloppy(text.slice(0, slash));
  if (!address || !/^\d+$/.test(text.slice(slash + 1))) return undefined;
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  const length = Number(text.slice(slash + 1));
  return length <= bits ? { address, length, bits } : undefined;
}

function network({ address, length }: Prefix): Address {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, length - index * 8));
    return byte & (0xff00 >> kept) & 0xff;
  });
  return ipaddr.fromByteArray(bytes);
}

/** A warning for an address that is fine but not written as it should be (GetWarningsForIP). */
export function ipWarnings(path: FieldPathLike, text: string): string[] {
  const address = parseIPSloppy(text);
  if (!address) return [];
  const proper = formatIP(address);
  if (hasLeadingZeros(text) || isMapped(address))
    return [`${path}: non-standard IP address ${goQuote(text)} is invalid: use ${goQuote(proper)}`];
  if (address.kind() === 'ipv6' && proper !== text) {
    return [`${path}: IPv6 address ${goQuote(text)} should be in RFC 5952 canonical format (${goQuote(proper)})`];
  }
  return [];
}

/** Warnings for a CIDR that is fine but not written as it should be (GetWarningsForCIDR). */
export function cidrWarnings(path: FieldPathLike, text: string): string[] {
  const prefix = parsePrefix(text);
  if (!prefix) return [];
  const base = `${formatIP(network(prefix))}/${prefix.length}`;
  if (network(prefix).toString() !== prefix.address.toString()) {
    const single = `${formatIP(prefix.address)}/${prefix.bits}`;
    return [`${path}: CIDR value ${goQuote(text)} is ambiguous in this context (should be ${goQuote(base)} or ${goQuote(single)}?)`];
  }
  if (hasLeadingZeros(text.split('/')[0] ?? '') || isMapped(prefix.address)) {
    return [`${path}: non-standard CIDR value ${goQuote(text)} is invalid: use ${goQuote(base)}`];
  }
  if (prefix.bits === 128 && base !== text) {
    return [`${path}: IPv6 CIDR value ${goQuote(text)} should be in RFC 5952 canonical format (${goQuote(base)})`];
  }
  return [];
}

/** Addresses that can be no endpoint: unspecified, loopback, link-local (ValidateEndpointIP). */
export function validateEndpointIP(path: FieldPathLike, text: string): FieldError[] {
  const address = parseIPSloppy(text);
  if (!address) return [invalidValue(path, text, 'must be a valid IP address')];
  const plain = isMapped(address) ? (address as ipaddr.IPv6).toIPv4Address() : address;
  const [first = 0, second = 0, third = 0] = plain.toByteArray();
  const range = plain.range();
  const errors: FieldError[] = [];
  if (plain.toByteArray().every((byte) => byte === 0)) errors.push(invalidValue(path, text, `may not be unspecified (${text})`));
  if (range === 'loopback') errors.push(invalidValue(path, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  if (range === 'linkLocal') errors.push(invalidValue(path, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  const multicast = plain.kind() === 'ipv4' ? first === 224 && second === 0 && third === 0 : first === 0xff && (second & 0x0f) === 2;
  if (multicast) errors.push(invalidValue(path, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
  return errors;
}
