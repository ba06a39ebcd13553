import { createPublicKey, verify } from 'node:crypto';
import { type Element, oidText, readAll, readElement } from './der.js';

/** What a certificate signing request asks for (RFC 2986). */
export interface CertificateRequest {
  commonName: string;
  organizations: string[];
  /** The signature is the key's own over the request. */
  signed: boolean;
}

const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';
const ED25519 = '1.3.101.112';
const DIGEST_OF_SIGNATURE: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]*)-----END \1-----/;

/** Values of one attribute of a distinguished name. */
function nameValues(subject: Element, wanted: string): string[] {
  return (readAll(subject.content) ?? []).flatMap((set) =>
    (readAll(set.content) ?? []).flatMap((pair) => {
      const [type, value] = readAll(pair.content) ?? [];
      return type && value && oidText(type.content) === wanted ? [value.content.toString('utf8')] : [];
    }),
  );
}

function isSigned(info: Element, key: Element, algorithm: Element, signature: Element): boolean {
  const oid = oidText(readElement(algorithm.content)?.content ?? Buffer.alloc(0));
  const digest = DIGEST_OF_SIGNATURE[oid];
  if (digest === undefined && oid !== ED25519) return false;
  try {
    const publicKey = createPublicKey({ key: key.whole, format: 'der', type: 'spki' });
    // A bit string begins with the number of unused bits.
    return verify(digest ?? null, info.whole, publicKey, signature.content.subarray(1));
  } catch {
    // A key that is none cannot have signed anything.
    return false;
  }
}

/**
 * Parses spec.request: base64 of a PEM block (certificates.ParseCSR). Returns upstream's complaint as a text where it is none.
 */
export function parseRequest(base64: string): CertificateRequest | string {
  const match = BLOCK.exec(Buffer.from(base64, 'base64').toString('latin1'));
  if (match?.[1] !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  const malformed = 'asn1: structure error: malformed certificate request';
  const [info, algorithm, signature] = readAll(readElement(Buffer.from(match[2] ?? '', 'base64'))?.content ?? Buffer.alloc(0)) ?? [];
  const [, subject, key] = info ? (readAll(info.content) ?? []) : [];
  if (!info || !algorithm || !signature || !subject || !key) return malformed;
  return {
    commonName: nameValues(subject, COMMON_NAME).at(-1) ?? '',
    organizations: nameValues(subject, ORGANIZATION),
    signed: isSigned(info, key, algorithm, signature),
  };
}
