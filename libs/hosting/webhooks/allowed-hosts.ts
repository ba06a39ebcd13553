import { BlockList, isIP } from 'node:net';

/** One entry of ORRERY_WEBHOOK_HOSTS: a name, `*.domain`, an address or a network, with a port. */
interface Entry {
  port: number;
  /** Set for a name; `.domain` for everything below it. */
  name?: string;
  /** Set for addresses. */
  addresses?: BlockList;
}

const DEFAULT_PORT = 443;
const ENTRY = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+|[0-9a-f:.]+(?:\/\d+)?))(?::(\d+))?$/i;
const NAME = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** An entry, or undefined if the text is none. */
export function parseAllowedHost(text: string): Entry | undefined {
  const bare = isIP(text) === 6 ? `[${text}]` : text;
  const match = ENTRY.exec(bare);
  if (!match) return undefined;
  const host = (match[1] ?? match[2] ?? '').toLowerCase();
  const port = match[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (port < 1 || port > 65_535) return undefined;
  const [address = '', prefix] = host.split('/');
  if (isIP(address)) {
    const bits = family(address) === 'ipv6' ? 128 : 32;
    const length = prefix === undefined ? bits : Number(prefix);
    if (!Number.isInteger(length) || length < 0 || length > bits) return undefined;
    const addresses = new BlockList();
    addresses.addSubnet(address, length, family(address));
    return { port, addresses };
  }
  if (prefix !== undefined || !NAME.test(host)) return undefined;
  return { port, name: host.startsWith('*.') ? host.slice(1) : host };
}

/** Addresses that no name may lead to: this machine, its link and its cloud's metadata service. */
const special = new BlockList();
for (const [address, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of [
  ['::', 127],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  special.addSubnet(address, bits, 'ipv6');

/** `::ffff:127.0.0.1` and the like are the IPv4 address that they carry. */
function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

/** Which addresses outside may be called, as the operator says. */
export class AllowedHosts {
  private readonly entries: readonly Entry[];

  constructor(texts: readonly string[]) {
    this.entries = texts.flatMap((text) => parseAllowedHost(text) ?? []);
  }

  /** Whether a URL's host may be called. */
  allows(host: string, port: number): boolean {
    if (isIP(host)) return this.allowsAddress(host, port);
    const name = host.toLowerCase().replace(/\.$/, '');
    return this.entries.some((entry) => {
      if (entry.port !== port || entry.name === undefined) return false;
      return entry.name.startsWith('.') ? name.endsWith(entry.name) && name.length > entry.name.length : entry.name === name;
    });
  }

  /** Whether an allowed name may lead to an address: to a special one only if that is allowed itself. */
  allowsResolved(address: string, port: number): boolean {
    const plain = plainAddress(address);
    return !special.check(plain, family(plain)) || this.allowsAddress(plain, port);
  }

  private allowsAddress(address: string, port: number): boolean {
    const plain = plainAddress(address);
    return this.entries.some((entry) => entry.port === port && entry.addresses?.check(plain, family(plain)) === true);
  }
}
