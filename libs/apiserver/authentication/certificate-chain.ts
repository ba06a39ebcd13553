import type { X509Certificate } from 'node:crypto';
import type { Instant } from '#apimachinery';
import { CERTIFICATE_CHAIN } from '../limits.js';

/** When a certificate and all those above it are valid. */
export interface Validity {
  notBefore: Instant;
  notAfter: Instant;
}

/** The use that certificates must be for, if they say any. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USE = '2.5.29.37.0';

function isForClients(certificate: X509Certificate): boolean {
  const uses = certificate.keyUsage as readonly string[] | undefined;
  return uses === undefined || uses.includes(CLIENT_AUTH) || uses.includes(ANY_USE);
}

/** The extension basicConstraints, by its object identifier, and how it goes on if it limits the CAs below it. */
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');
const LIMITED = /^(?:0101ff)?04..30..0101ff0201(..)/;

/** How many CAs there may be below a CA in a chain (pathLenConstraint), which node:crypto does not say. */
function casBelow({ raw }: X509Certificate): number {
  const at = raw.indexOf(BASIC_CONSTRAINTS);
  if (at < 0) return Number.POSITIVE_INFINITY;
  const from = at + BASIC_CONSTRAINTS.length;
  const limit = LIMITED.exec(raw.subarray(from, from + 16).toString('hex'))?.[1];
  return limit === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(limit, 16);
}

/** A certificate that leads to the authority. */
interface Trusted extends Validity {
  certificate: X509Certificate;
  /** How many CAs may follow. */
  room: number;
}

const timesOf = ({ validFrom, validTo }: X509Certificate): Validity => ({
  notBefore: Date.parse(validFrom),
  notAfter: Date.parse(validTo),
});

const isSignedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** What a certificate is trusted for, if a trusted one has signed it. */
function trustedBy(certificate: X509Certificate, trusted: readonly Trusted[], authority: boolean): Trusted | undefined {
  for (const issuer of trusted) {
    if ((authority && issuer.room < 1) || !isSignedBy(certificate, issuer.certificate)) continue;
    const { notBefore, notAfter } = timesOf(certificate);
    return {
      certificate,
      room: authority ? Math.min(issuer.room - 1, casBelow(certificate)) : 0,
      notBefore: Math.max(notBefore, issuer.notBefore),
      notAfter: Math.min(notAfter, issuer.notAfter),
    };
  }
  return undefined;
}

/** The CAs that a client has sent along with its certificate, as far as they are looked at. */
function* sentAlong(certificate: X509Certificate): Generator<X509Certificate> {
  let bytes = 0;
  let count = 0;
  for (let next = certificate.issuerCertificate; next !== undefined; next = next.issuerCertificate) {
    bytes += next.raw.length;
    count += 1;
    if (bytes > CERTIFICATE_CHAIN.bytes || count > CERTIFICATE_CHAIN.certificates) return;
    if (next.ca && isForClients(next)) yield next;
  }
}

/**
 * When a client's certificate is valid that leads to the authority, directly or through CAs that the client has sent along
 * (crypto/x509 Verify with intermediates); undefined if it does not, or is not for clients. Signatures are only checked with keys that are
 * trusted already, so that what strangers send costs one check for each certificate.
 */
export function validityOf(certificate: X509Certificate, authority: X509Certificate): Validity | undefined {
  if (!isForClients(certificate)) return undefined;
  const trusted: Trusted[] = [{ certificate: authority, room: casBelow(authority), ...timesOf(authority) }];
  let found = trustedBy(certificate, trusted, false);
  for (let left = found ? [] : [...sentAlong(certificate)], grown = true; !found && grown; ) {
    // Those that were trusted in this round are the issuers of the next one: no pair is checked twice.
    const next: Trusted[] = [];
    left = left.filter((each) => {
      const made = trustedBy(each, trusted, true);
      if (made) next.push(made);
      return !made;
    });
    grown = next.length > 0;
    trusted.splice(0, trusted.length, ...next);
    found = trustedBy(certificate, trusted, false);
  }
  return found && { notBefore: found.notBefore, notAfter: found.notAfter };
}
