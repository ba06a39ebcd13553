import type { X509Certificate } from 'node:crypto';
import { SHOWN_NAMES } from './limits.js';

const NAME = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g;

/** The DNS names of a certificate. */
function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  const dns: string[] = [];
  // Names with special characters are quoted as JSON.
  for (const [, type, value = ''] of subjectAltName.matchAll(NAME)) {
    if (type === 'DNS') dns.push(value.startsWith('"') ? String(JSON.parse(value)) : value);
  }
  return dns;
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

/** Why a certificate is not valid for a host name, as crypto/x509 HostnameError words it; undefined if it is. */
export function hostnameError(certificate: X509Certificate, host: string): string | undefined {
  const names = namesOf(certificate);
  if (names.some((name) => matches(name, host))) return undefined;
  if (certificate.subjectAltName === undefined && matches(commonNameOf(certificate), host))
    return 'x509: certificate relies on legacy Common Name field, use SANs instead';
  if (names.length === 0) return `x509: certificate is not valid for any names, but wanted to match ${host}`;
  if (names.length >= SHOWN_NAMES) return `x509: certificate is valid for ${names.length} names, but none matched ${host}`;
  return `x509: certificate is valid for ${names.join(', ')}, not ${host}`;
}
