import { createHash, createHmac, randomBytes } from 'node:crypto';

/** SHA-256 of a token, hex: only this is stored. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A new token: 256 random bits, base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The token of a token record: 256 bits derived from the record's random id with the installation's key. So a kubeconfig can be returned
 * again although only the token's hash is stored, and neither the tables nor the key alone are sufficient to obtain a token.
 */
export function deriveToken(key: Buffer, tokenId: string): string {
  return createHmac('sha256', key).update(`orrery cluster token ${tokenId}`).digest('base64url');
}
