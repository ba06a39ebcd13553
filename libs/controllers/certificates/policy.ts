import type { Instant } from '#apimachinery';
import type { KeyUsage, SigningPolicy } from '#pki';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SHORTEST = 10 * MINUTE;
const BACKDATE = 5 * MINUTE;
/** The end of certificates that are valid for less than this is not backdated. */
const SHORT = 8 * HOUR;

const KEY_USAGES: ReadonlyMap<string, KeyUsage> = new Map([
  ['signing', 'digitalSignature'],
  ['digital signature', 'digitalSignature'],
  ['content commitment', 'nonRepudiation'],
  ['key encipherment', 'keyEncipherment'],
  ['key agreement', 'keyAgreement'],
  ['data encipherment', 'dataEncipherment'],
  ['cert sign', 'keyCertSign'],
  ['crl sign', 'cRLSign'],
  ['encipher only', 'encipherOnly'],
  ['decipher only', 'decipherOnly'],
]);

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** The extended usages that the signers accept, in Go's order. */
const EXTENDED_USAGES: ReadonlyArray<readonly [string, string]> = [
  ['server auth', SERVER_AUTH],
  ['client auth', CLIENT_AUTH],
];

/** The duration that was asked for, at least ten minutes, and at most what the flags say (signer.go duration). */
function durationOf(expirationSeconds: number | undefined, longest: number): number {
  if (expirationSeconds === undefined || expirationSeconds * 1000 > longest) return longest;
  return Math.max(expirationSeconds * 1000, SHORTEST);
}

/**
 * The validity and the usages of a certificate that is signed at `now` (authority/policies.go PermissiveSigningPolicy). `expiry`: when the
 * CA expires, `longest`: how long the signers' certificates are valid (--cluster-signing-duration). Throws if it has.
 */
export function signingPolicy(
  { usages, expirationSeconds }: { usages: readonly string[]; expirationSeconds?: number },
  { now, expiry, longest }: { now: Instant; expiry: Instant; longest: number },
): SigningPolicy {
  const duration = durationOf(expirationSeconds, longest);
  if (now >= expiry) throw new Error(`refusing to sign a certificate that expired in the past: NotAfter=${new Date(expiry).toISOString()}`);
  const end = duration < SHORT ? now + duration : now + duration - BACKDATE;
  return {
    notBefore: now - BACKDATE,
    notAfter: Math.min(end, expiry),
    keyUsages: [...new Set(usages.flatMap((usage) => KEY_USAGES.get(usage) ?? []))],
    extendedKeyUsages: EXTENDED_USAGES.flatMap(([usage, id]) => (usages.includes(usage) ? [id] : [])),
  };
}
