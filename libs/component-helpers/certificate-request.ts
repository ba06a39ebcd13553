import 'reflect-metadata';
import { createPublicKey, verify } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';

/** What a certificate signing request asks for (RFC 2986). */
export interface CertificateRequest {
  commonName: string;
  organizations: string[];
  /** The signature is the key's own over the request. */
  signed: boolean;
}

/** Bytes of a request that is looked at. Ours: those of real ones have a few hundred, and each byte of a hostile one costs. */
const MAX_BYTES = 64 * 1024;
const MALFORMED = 'asn1: structure error: malformed certificate request';
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]*)-----END \1-----/;

/** A request that gives access to the bytes its signature is over. */
class SignedRequest extends Pkcs10CertificateRequest {
  get isSigned(): boolean {
    const { name, hash } = this.signatureAlgorithm as { name: string; hash?: { name: string } };
    const info = this.asn.certificationRequestInfoRaw;
    if (info === undefined || (hash === undefined && name !== 'Ed25519')) return false;
    try {
      const publicKey = createPublicKey({ key: Buffer.from(this.publicKey.rawData), format: 'der', type: 'spki' });
      return verify(hash?.name.replace('-', '').toLowerCase() ?? null, Buffer.from(info), publicKey, Buffer.from(this.signature));
    } catch {
      // A key that is none cannot have signed anything.
      return false;
    }
  }
}

/**
 * Parses spec.request: base64 of a PEM block (certificates.ParseCSR). Returns upstream's complaint as a text where it is none.
 */
export function parseRequest(base64: string): CertificateRequest | string {
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
    };
  } catch {
    return MALFORMED;
  }
}
