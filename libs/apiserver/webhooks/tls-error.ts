import type { X509Certificate } from 'node:crypto';
import type { Instant } from '#apimachinery';
import { serverCertificateError } from '#pki/server';
import { NoAnswer, type PodServer } from './webhook-caller.js';

const UNKNOWN = 'x509: certificate signed by unknown authority';

/**
 * Why a TLS connection to a program fails (crypto/tls), undefined if it does not. Without a bundle the machine's CAs count, none of which
 * signs for a cluster's Services.
 */
export function tlsError(
  { certificates }: PodServer,
  trusted: { roots: readonly X509Certificate[]; serverName: string; now: Instant },
): NoAnswer | undefined {
  if (certificates === undefined) return new NoAnswer('http: server gave HTTP response to HTTPS client');
  const error = certificates === 'unknown' ? UNKNOWN : serverCertificateError(certificates, trusted);
  return error === undefined ? undefined : new NoAnswer(`tls: failed to verify certificate: ${error}`);
}
