import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Instant } from '#apimachinery';
import { type Authority, signCertificate } from './authority.js';
import { alternativeNamesOf } from './certificate-request.js';
import { certificateSubject } from './subject.js';

/** What a signer decides about a certificate. */
export interface SigningPolicy {
  notBefore: Instant;
  notAfter: Instant;
  keyUsages: readonly KeyUsage[];
  extendedKeyUsages: readonly string[];
}

export type KeyUsage = keyof typeof x509.KeyUsageFlags;

/**
 * Signs a certificate signing request (DER) whose signature has been checked: the subject, the key and the alternative names are the
 * request's, everything else is the policy's (pkg/controller/certificates/authority). Returns PEM.
 */
export async function signRequest(authority: Authority, der: Buffer, policy: SigningPolicy): Promise<string> {
  const { notBefore, notAfter, keyUsages, extendedKeyUsages } = policy;
  const request = new x509.Pkcs10CertificateRequest(der);
  const { dns, email, ip, url } = alternativeNamesOf(request);
  const named = (type: x509.GeneralNameType, values: readonly string[]) => values.map((value) => ({ type, value }));
  return signCertificate(authority, {
    subject: certificateSubject(request.subjectName),
    publicKey: request.publicKey,
    notBefore,
    notAfter,
    keyUsages: keyUsages.reduce<number>((flags, usage) => flags | x509.KeyUsageFlags[usage], 0),
    extendedKeyUsages,
    alternativeNames: [...named('dns', dns), ...named('email', email), ...named('ip', ip), ...named('url', url)],
  });
}

/** The instant from which an authority's certificate is no longer valid. */
export function expiryOf({ certificate }: Authority): Instant {
  return new x509.X509Certificate(certificate).notAfter.getTime();
}
