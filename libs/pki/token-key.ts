import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { CompactSign } from 'jose';

/** The signature algorithm of ServiceAccount tokens. */
export const TOKEN_ALGORITHM = 'RS256';

/** A pair of keys for tokens. */
export interface TokenKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** SHA-256 of the public key in DER (pkg/serviceaccount/jwt.go keyIDFromPublicKey). */
  id: string;
}

/** The pair of a private key. */
export function tokenKeyOf(privateKey: KeyObject): TokenKey {
  const publicKey = createPublicKey(privateKey);
  const id = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return { privateKey, publicKey, id };
}

/** A signed JSON Web Token with these claims. */
export async function signToken({ privateKey, id }: TokenKey, claims: object): Promise<string> {
  const signed = new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg: TOKEN_ALGORITHM, kid: id });
  return signed.sign(privateKey);
}
