import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Instant } from '#apimachinery';
import { nameOf } from './subject.js';
import { ALGORITHM, exportKey, importKey, newKeys, newSerial, pemOf } from './x509.js';

/** A certificate authority, PEM. */
export interface Authority {
  certificate: string;
  /** Its private key (PKCS #8). */
  key: string;
}

/** The last instant that a certificate can express. */
const LAST: Instant = Date.UTC(9999, 11, 31, 23, 59, 59);

/** A certificate's date: never beyond the year 9999. */
const dateOf = (at: Instant): Date => new Date(Math.min(at, LAST));

/** Creates an authority with a self-signed certificate. */
export async function newAuthority(of: { commonName: string; notBefore: Instant; notAfter: Instant }): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: nameOf({ organizations: [], commonName: of.commonName }),
    notBefore: dateOf(of.notBefore),
    notAfter: dateOf(of.notAfter),
    keys: keys as never,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as never),
    ],
  });
  return { certificate: pemOf(certificate), key: await exportKey(keys.privateKey) };
}

/** What a certificate says besides what its authority adds. */
export interface CertificateContent {
  subject: x509.Name;
  publicKey: x509.PublicKeyType;
  notBefore: Instant;
  notAfter: Instant;
  keyUsages: number;
  /** Object identifiers. */
  extendedKeyUsages: readonly string[];
  alternativeNames: readonly x509.JsonGeneralName[];
}

/** A certificate signed by an authority, PEM; its extensions are in the order in which Go's crypto/x509 writes them. */
export async function signCertificate({ certificate, key }: Authority, content: CertificateContent): Promise<string> {
  const issuer = new x509.X509Certificate(certificate);
  const { subject, publicKey, notBefore, notAfter, keyUsages, extendedKeyUsages, alternativeNames } = content;
  const signed = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject,
    issuer: issuer.subjectName,
    notBefore: dateOf(notBefore),
    notAfter: dateOf(notAfter),
    signingKey: (await importKey(key)) as never,
    publicKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      ...(keyUsages === 0 ? [] : [new x509.KeyUsagesExtension(keyUsages, true)]),
      ...(extendedKeyUsages.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension([...extendedKeyUsages])]),
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(alternativeNames.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...alternativeNames])]),
    ],
  });
  return pemOf(signed);
}
