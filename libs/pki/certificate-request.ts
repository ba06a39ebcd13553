import 'reflect-metadata';
import { createPublicKey, verify } from 'node:crypto';
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { Memo } from '#apimachinery';

/** The content of a certificate signing request (RFC 2986). */
export interface CertificateRequest {
  commonName: string;
  organizations: string[];
  /** The signature was made with the key in the request. */
  signed: boolean;
  alternativeNames: AlternativeNames;
  der: Buffer;
}

/** The subjectAltNames of a request, by type; other types are ignored, as by Go. */
export interface AlternativeNames {
  dns: string[];
  email: string[];
  ip: string[];
  url: string[];
}

/**
 * Maximum bytes of a request. Real ones have a few hundred, those with RSA keys of 16384 bits five thousand; what a hostile one contains
 * besides, such as thousands of names, costs 2 ms a kilobyte.
 */
const MAX_BYTES = 6 * 1024;
/** Requests that are remembered, in bytes of their texts: each is looked at several times while it is created, approved and signed. */
const MEMO_BYTES = 512 * 1024;
const MALFORMED = 'asn1: structure error: malformed certificate request';
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]*)-----END \1-----/;

/** A request that gives access to its signed bytes. */
class SignedRequest extends Pkcs10CertificateRequest {
  get isSigned(): boolean {
    const { name, hash } = this.signatureAlgorithm as { name: string; hash?: { name: string } };
    const info = this.asn.certificationRequestInfoRaw;
    if (info === undefined || (hash === undefined && name !== 'Ed25519')) return false;
    try {
      const publicKey = createPublicKey({ key: Buffer.from(this.publicKey.rawData), format: 'der', type: 'spki' });
      return verify(hash?.name.replace('-', '').toLowerCase() ?? null, Buffer.from(info), publicKey, Buffer.from(this.signature));
    } catch {
      // An invalid key cannot have signed anything.
      return false;
    }
  }
}

const TYPES = ['dns', 'email', 'ip', 'url'] as const;

/** The subjectAltNames that a request asks for. */
export function alternativeNamesOf(request: Pkcs10CertificateRequest): AlternativeNames {
  const found: AlternativeNames = { dns: [], email: [], ip: [], url: [] };
  const extension = request.extensions.find((each) => each instanceof SubjectAlternativeNameExtension);
  for (const { type, value } of extension?.names.items ?? []) {
    const known = TYPES.find((each) => each === type);
    if (known) found[known].push(value);
  }
  return found;
}

/** Parses spec.request: base64 of a PEM block (certificates.ParseCSR). Returns upstream's error message if it is invalid. */
export function parseRequest(base64: string): CertificateRequest | string {
  return known.of(base64, parsed);
}

const known = new Memo<CertificateRequest | string>({ bytes: MEMO_BYTES, longest: 4 * MAX_BYTES });

function parsed(base64: string): CertificateRequest | string {
  const match = BLOCK.exec(Buffer.from(base64, 'base64').toString('latin1'));
  if (match?.[1] !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  const der = Buffer.from(match[2] ?? '', 'base64');
  if (der.length > MAX_BYTES) return MALFORMED;
  try {
    const request = new SignedRequest(der);
    const { subjectName } = request;
    return {
      commonName: subjectName.getField('CN').at(-1) ?? '',
      organizations: subjectName.getField('O'),
      signed: request.isSigned,
      alternativeNames: alternativeNamesOf(request),
      der,
    };
  } catch {
    return MALFORMED;
  }
}
