import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

type CryptoKey = webcrypto.CryptoKey;

/** The keys of authorities and of the certificates made here: ECDSA on P-256, which are generated in a fraction of a millisecond. */
export const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A new pair of keys; generated off the event loop. */
export async function newKeys(): Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }>;
}

/** A private key as PEM (PKCS #8). */
export async function exportKey(key: CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** The private key in a PEM text (PKCS #8). Throws if it is not one of ALGORITHM. */
export async function importKey(pem: string): Promise<CryptoKey> {
  const [der] = x509.PemConverter.decode(pem);
  if (!der) throw new Error('it is not PEM');
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
}

/** A serial number: 127 random bits, hex. */
export function newSerial(): string {
  const bytes = randomBytes(16);
  // A positive number that needs all its bytes, so that its encoding is minimal.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** A certificate as PEM. */
export const pemOf = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`;
