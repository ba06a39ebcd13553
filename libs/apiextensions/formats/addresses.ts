import { isIPv4 as isStrictIPv4, isIPv6 as isStrictIPv6 } from 'node:net';

/** Longest text of an address, a CIDR or a hardware address. */
const LONGEST = 64;

/** Leading zeros are allowed, as before Go 1.17 (utils/net ParseIPSloppy). */
function withoutZeros(text: string): string {
  return text.replace(/(^|[.:])0+(?=\d+(?:\.|$))/g, '$1');
}

const isSloppyIPv4 = (text: string): boolean => isStrictIPv4(withoutZeros(text));
const isPlainIPv6 = (text: string): boolean => !text.includes('%') && isStrictIPv6(text);

/** An address with a dot: also an IPv6 one that ends like an IPv4 one (strfmt isIPv4). */
export function isIPv4(text: string): boolean {
  if (text.length > LONGEST || !text.includes('.')) return false;
  return isSloppyIPv4(text) || isPlainIPv6(text);
}

/** An address with a colon (govalidator.IsIPv6). */
export const isIPv6 = (text: string): boolean => text.length <= LONGEST && isPlainIPv6(text);

/** An address and the length of a prefix (strfmt isCIDR). */
export function isCIDR(text: string): boolean {
  if (text.length > LONGEST) return false;
  const slash = text.indexOf('/');
  const [address, length] = [text.slice(0, Math.max(slash, 0)), text.slice(slash + 1)];
  if (slash < 0 || !/^\d{1,4}$/.test(length)) return false;
  if (isSloppyIPv4(address)) return Number(length) <= 32;
  return isPlainIPv6(address) && Number(length) <= 128;
}

const PAIRS = /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?:(?:\1[0-9a-f]{2}){2}|(?:\1[0-9a-f]{2}){14})?$/i;
const QUADS = /^[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}(?:\.[0-9a-f]{4}|(?:\.[0-9a-f]{4}){7})?$/i;

/** A hardware address of 6, 8 or 20 bytes (net.ParseMAC). */
export const isMAC = (text: string): boolean => text.length <= LONGEST && (PAIRS.test(text) || QUADS.test(text));
