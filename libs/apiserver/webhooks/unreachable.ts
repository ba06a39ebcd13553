import { NoAnswer } from './webhook-caller.js';

const isAddress = (host: string): boolean => host.includes(':') || /^\d+(\.\d+){3}$/.test(host);
const isLoopback = (host: string): boolean => host === '::1' || host.startsWith('127.');

/** What a server reports that reaches no network but its cluster's: no connection is made. */
export function unreachable(host: string, port: number): NoAnswer {
  const at = (address: string) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
  if (host.toLowerCase() === 'localhost') return new NoAnswer(`dial tcp ${at('127.0.0.1')}: connect: connection refused`);
  if (!isAddress(host)) return new NoAnswer(`dial tcp: lookup ${host}: no such host`);
  return new NoAnswer(`dial tcp ${at(host)}: connect: ${isLoopback(host) ? 'connection refused' : 'network is unreachable'}`);
}
