import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { SHOWN_NAMES } from './limits.js';

const NAME = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g;

/** An address as Go prints it. */
const addressText = (address: string): string => (isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address);

/** The DNS names and the addresses of a certificate. */
function namesOf({ subjectAltName = '' }: X509Certificate): { names: string[]; addresses: string[] } {
  const names: string[] = [];
  const addresses: string[] = [];
  // Names with special characters are quoted as JSON.
  for (const [, type, value = ''] of subjectAltName.matchAll(NAME)) {
    if (type === 'DNS') names.push(value.startsWith('"') ? String(JSON.parse(value)) : value);
    if (type === 'IP Address') addresses.push(addressText(value));
  }
  return { names, addresses };
}

/** Whether a certificate's name, whose first label may be `*`, is a host's (crypto/x509 matchHostnames). */
function matches(pattern: string, host: string): boolean {
  const labels = pattern.toLowerCase().split('.');
  const wanted = host.toLowerCase().replace(/\.$/, '').split('.');
  return labels.length === wanted.length && labels.every((label, index) => (index === 0 && label === '*') || label === wanted[index]);
}

/** The last common name of a subject. */
export const commonNameOf = ({ subject }: X509Certificate): string =>
  subject
    ?.split('\n')
    .findLast((line) => line.startsWith('CN='))
    ?.slice(3) ?? '';

function addressError(addresses: readonly string[], host: string): string | undefined {
  if (addresses.includes(addressText(host))) return undefined;
  if (addresses.length === 0) return `x509: cannot validate certificate for ${host} because it doesn't contain any IP SANs`;
  if (addresses.length >= SHOWN_NAMES) return `x509: certificate is valid for ${addresses.length} IP SANs, but none matched ${host}`;
  return `x509: certificate is valid for ${addresses.join(', ')}, not ${host}`;
}

/** Why a certificate is not valid for a host name or an address, as crypto/x509 HostnameError words it; undefined if it is. */
export function hostnameError(certificate: X509Certificate, host: string): string | undefined {
  const { names, addresses } = namesOf(certificate);
  if (isIP(host) > 0) return addressError(addresses, host);
  if (names.some((name) => matches(name, host))) return undefined;
  if (certificate.subjectAltName === undefined && matches(commonNameOf(certificate), host))
    return 'x509: certificate relies on legacy Common Name field, use SANs instead';
  if (names.length === 0) return `x509: certificate is not valid for any names, but wanted to match ${host}`;
  if (names.length >= SHOWN_NAMES) return `x509: certificate is valid for ${names.length} names, but none matched ${host}`;
  return `x509: certificate is valid for ${names.join(', ')}, not ${host}`;
}
