import type { KeyObject, X509Certificate } from 'node:crypto';

/** The keys that crypto/x509 knows: Go's type of a public key, and the error of a signature that does not fit. */
const KEYS: Readonly<Record<string, { type: string; algorithm: string; failure: string }>> = {
  rsa: { type: '*rsa.PublicKey', algorithm: 'RSA', failure: 'crypto/rsa: verification error' },
  ec: { type: '*ecdsa.PublicKey', algorithm: 'ECDSA', failure: 'x509: ECDSA verification failure' },
  ed25519: { type: 'ed25519.PublicKey', algorithm: 'Ed25519', failure: 'x509: Ed25519 verification failure' },
};

const CURVES = new Set(['prime256v1', 'secp224r1', 'secp384r1', 'secp521r1']);
/** The greatest exponent of an RSA key (crypto/rsa). */
const GREATEST_EXPONENT = 2n ** 31n - 1n;
const UNSUPPORTED = 'x509: cannot verify signature: algorithm unimplemented';

/** The algorithm of a certificate's signature as Go names its key, and the name of an insecure one. */
function algorithmOf({ signatureAlgorithm = '' }: { signatureAlgorithm?: string }): { algorithm: string; insecure?: string } {
  const name = signatureAlgorithm.toLowerCase();
  const algorithm = name.startsWith('ecdsa') ? 'ECDSA' : name === 'ed25519' ? 'Ed25519' : 'RSA';
  if (name.startsWith('md5')) return { algorithm, insecure: 'MD5-RSA' };
  if (name.includes('sha1')) return { algorithm, insecure: algorithm === 'ECDSA' ? 'ECDSA-SHA1' : 'SHA1-RSA' };
  return { algorithm };
}

/** The key's kind, unless Go knows no such keys or refuses its size, which would cost too much to verify. */
function knownKey({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): (typeof KEYS)[string] | undefined {
  const known = type !== undefined && Object.hasOwn(KEYS, type) ? KEYS[type] : undefined;
  if (type === 'ec' && !CURVES.has(details?.namedCurve ?? '')) return undefined;
  if (type === 'rsa' && (details?.publicExponent ?? 0n) > GREATEST_EXPONENT) return undefined;
  return known;
}

/** Why a certificate is not signed by another (crypto/x509 CheckSignatureFrom); undefined if it is. */
export function signatureError(certificate: X509Certificate, parent: X509Certificate): string | undefined {
  if (!parent.ca) return 'x509: invalid signature: parent certificate cannot sign this kind of certificate';
  const key = parent.publicKey;
  const known = knownKey(key);
  if (!known) return UNSUPPORTED;
  const { algorithm, insecure } = algorithmOf(certificate);
  if (insecure !== undefined) return `x509: cannot verify signature: insecure algorithm ${insecure}`;
  if (algorithm !== known.algorithm)
    return `x509: signature algorithm specifies an ${algorithm} public key, but have public key of type ${known.type}`;
  return certificate.verify(key) ? undefined : known.failure;
}
