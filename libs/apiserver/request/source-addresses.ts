import { isIP } from 'node:net';
import type { ApiRequest } from './request.js';

/** Addresses that are kept of a request. Upstream has no limit. */
const MOST = 16;

/** An IPv4 address that arrived on an IPv6 socket, as Go prints it. */
const plain = (address: string): string => (address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address);

const textOf = (value: string | string[] | undefined): string => (Array.isArray(value) ? (value[0] ?? '') : (value ?? ''));

/**
 * The addresses that a request has passed, the last being that of its connection; the others are what the client says
 * (apimachinery/pkg/util/net SourceIPs). Separated by commas.
 */
export function sourceAddresses({ headers, address = '' }: Pick<ApiRequest, 'headers' | 'address'>): string {
  const peer = plain(address);
  const forwarded = textOf(headers['x-forwarded-for']);
  const real = textOf(headers['x-real-ip']);
  if (forwarded === '' && real === '') return peer;
  const parts = forwarded.split(',', MOST).map((part) => part.trim());
  const found = parts.filter((part) => isIP(part) !== 0);
  if (isIP(real) !== 0 && !found.includes(real)) found.push(real);
  if (peer !== '' && found.at(-1) !== peer) found.push(peer);
  return found.join(',');
}
