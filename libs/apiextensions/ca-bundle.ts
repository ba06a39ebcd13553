import { X509Certificate } from 'node:crypto';
import { CA_BUNDLE_CERTIFICATES, CA_BUNDLE_LENGTH } from './limits.js';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]*)-----END \1-----/g;

function isCertificate(der: Buffer): boolean {
  try {
    new X509Certificate(der);
    return true;
  } catch {
    return false;
  }
}

/** Why a conversion webhook's CA bundle, in base64, cannot be used (client-go/transport rootCertPool); undefined if it can, or if there is none. */
export function caBundleError(bundle: string | undefined): string | undefined {
  if (!bundle) return undefined;
  const text = Buffer.from(bundle, 'base64').toString('latin1').slice(0, CA_BUNDLE_LENGTH);
  const blocks = [...text.matchAll(BLOCK)];
  const certificates = blocks.filter(([, type]) => type === 'CERTIFICATE').map(([, , body = '']) => Buffer.from(body, 'base64'));
  if (certificates.slice(0, CA_BUNDLE_CERTIFICATES).some(isCertificate)) return undefined;
  const prefix = 'unable to load root certificates: ';
  if (certificates.length > 0) return `${prefix}failed to parse certificate: x509: malformed certificate`;
  return blocks.length > 0 ? `${prefix}no valid certificate authority data seen` : `${prefix}unable to parse bytes as PEM block`;
}
