import { X509Certificate } from 'node:crypto';
import { hostnameError } from '#pki/server';

const DIALED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
  EACCES: 'permission denied',
};

const UNKNOWN_AUTHORITY = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);
const CERTIFICATE = 'tls: failed to verify certificate: x509: certificate';

/** Node gives the certificate with the error. */
function wrongName(error: unknown, serverName: string): string {
  const { cert } = error as { cert?: { raw?: Buffer } };
  const worded = cert?.raw && hostnameError(new X509Certificate(cert.raw), serverName);
  return worded ?? `x509: certificate is not valid for ${serverName}`;
}

/** How Go's http.Client words a failure; nothing of this machine is told. */
export function goError(error: unknown, { at, serverName }: { at: string; serverName: string }): string {
  const { code = '' } = error as { code?: string };
  const dialed = DIALED[code];
  if (dialed) return `dial tcp ${at}: connect: ${dialed}`;
  if (UNKNOWN_AUTHORITY.has(code)) return `${CERTIFICATE} signed by unknown authority`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return `${CERTIFICATE} has expired or is not yet valid`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `tls: failed to verify certificate: ${wrongName(error, serverName)}`;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' || code === 'EPROTO')
    return 'http: server gave HTTP response to HTTPS client';
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return 'remote error: tls: handshake failure';
  return 'EOF';
}
