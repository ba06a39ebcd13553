import { fn, type Implementation, type Library, member, overload } from '../check/functions.js';
import { BOOL, CIDR, INT, IP, STRING } from '../check/types.js';
import type { Context } from '../run/context.js';
import { CelError, HostValue, noSuchOverload } from '../run/values.js';
import { type Address, AddressError, contains, formatAddress, is, mask, type Prefix, parseAddress, parsePrefix } from './addresses.js';

/** IP addresses and CIDRs (apiserver/pkg/cel/library/ip.go and cidr.go). */

class IPValue extends HostValue {
  readonly type = IP;

  constructor(readonly bytes: Address) {
    super();
  }

  override equals(other: HostValue): boolean {
    return other instanceof IPValue && this.toString() === other.toString();
  }

  override get size(): number {
    return this.bytes.length;
  }

  override toString(): string {
    return formatAddress(this.bytes);
  }
}

class CIDRValue extends HostValue {
  readonly type = CIDR;

  constructor(readonly prefix: Prefix) {
    super();
  }

  override equals(other: HostValue): boolean {
    return other instanceof CIDRValue && this.toString() === other.toString();
  }

  override get size(): number {
    return Math.ceil(this.prefix.bits / 8);
  }

  override toString(): string {
    return `${formatAddress(this.prefix.address)}/${this.prefix.bits}`;
  }
}

const addressOf = (value: unknown): Address | AddressError => (value instanceof IPValue ? value.bytes : parseAddress(value as string));
const prefixOf = (value: unknown): Prefix | AddressError => (value instanceof CIDRValue ? value.prefix : parsePrefix(value as string));
const TWICE = 'network address parse error during conversion from string: ';

/** Errors quote the text. */
const quoting = (text: unknown, context: Context): void => {
  if (typeof text === 'string') context.work(16 + (text.length >> 5));
};

const parseIP: Implementation = ([text], context) => {
  quoting(text, context);
  const found = parseAddress(text as string);
  return found instanceof AddressError ? new CelError(found.message) : new IPValue(found);
};

const parseCIDR: Implementation = ([text], context) => {
  quoting(text, context);
  const found = parsePrefix(text as string);
  return found instanceof AddressError ? new CelError(TWICE + found.message) : new CIDRValue(found);
};

const isCanonical: Implementation = ([text], context) => {
  quoting(text, context);
  const found = parseAddress(text as string);
  return found instanceof AddressError ? new CelError(found.message) : formatAddress(found) === text;
};

const containsIP: Implementation = ([cidr, other], context) => {
  quoting(other, context);
  const address = addressOf(other);
  // Upstream tells nothing of what is wrong with the address (library/cidr.go cidrContainsIP).
  return address instanceof AddressError ? noSuchOverload : contains((cidr as CIDRValue).prefix, address);
};

const containsCIDR: Implementation = ([cidr, other], context) => {
  quoting(other, context);
  const outer = (cidr as CIDRValue).prefix;
  const inner = prefixOf(other);
  if (inner instanceof AddressError) return new CelError(TWICE + inner.message);
  return outer.bits <= inner.bits && contains(outer, inner.address);
};

const masked: Implementation = ([cidr]) => {
  const { address, bits } = (cidr as CIDRValue).prefix;
  return new CIDRValue({ address: mask(address, bits), bits });
};

const property =
  (holds: (bytes: Address) => boolean): Implementation =>
  ([ip]) =>
    holds((ip as IPValue).bytes);
const text: Implementation = ([value]) => (value as HostValue).toString();

export const ips: Library = [
  fn('ip', overload('string_to_ip', [STRING], IP, parseIP)),
  fn(
    'family',
    member('ip_family', [IP], INT, ([ip]) => ((ip as IPValue).bytes.length === 4 ? 4 : 6)),
  ),
  fn('ip.isCanonical', overload('ip_is_canonical', [STRING], BOOL, isCanonical)),
  fn('isUnspecified', member('ip_is_unspecified', [IP], BOOL, property(is.unspecified))),
  fn('isLoopback', member('ip_is_loopback', [IP], BOOL, property(is.loopback))),
  fn('isLinkLocalMulticast', member('ip_is_link_local_multicast', [IP], BOOL, property(is.linkLocalMulticast))),
  fn('isLinkLocalUnicast', member('ip_is_link_local_unicast', [IP], BOOL, property(is.linkLocalUnicast))),
  fn('isGlobalUnicast', member('ip_is_global_unicast', [IP], BOOL, property(is.globalUnicast))),
  fn(
    'isIP',
    overload('is_ip', [STRING], BOOL, ([given], context) => {
      quoting(given, context);
      return !(parseAddress(given as string) instanceof AddressError);
    }),
  ),
  fn('string', overload('ip_to_string', [IP], STRING, text)),
];

export const cidrs: Library = [
  fn('cidr', overload('string_to_cidr', [STRING], CIDR, parseCIDR)),
  fn(
    'containsIP',
    member('cidr_contains_ip_string', [CIDR, STRING], BOOL, containsIP),
    member('cidr_contains_ip_ip', [CIDR, IP], BOOL, containsIP),
  ),
  fn(
    'containsCIDR',
    member('cidr_contains_cidr_string', [CIDR, STRING], BOOL, containsCIDR),
    member('cidr_contains_cidr', [CIDR, CIDR], BOOL, containsCIDR),
  ),
  fn(
    'ip',
    member('cidr_ip', [CIDR], IP, ([cidr]) => new IPValue((cidr as CIDRValue).prefix.address)),
  ),
  fn(
    'prefixLength',
    member('cidr_prefix_length', [CIDR], INT, ([cidr]) => (cidr as CIDRValue).prefix.bits),
  ),
  fn('masked', member('cidr_masked', [CIDR], CIDR, masked)),
  fn(
    'isCIDR',
    overload('is_cidr', [STRING], BOOL, ([given], context) => {
      quoting(given, context);
      return !(parsePrefix(given as string) instanceof AddressError);
    }),
  ),
  fn('string', overload('cidr_to_string', [CIDR], STRING, text)),
];
