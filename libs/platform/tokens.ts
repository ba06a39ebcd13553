import { createHash, createHmac, randomBytes } from 'node:crypto';

/** SHA-256 of a token, hex: what is stored of it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A fresh token: 256 random bits, base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The token that belongs to a token record: 256 bits derived from the record's random id under the installation's key, so that
 * a kubeconfig can be handed out again though only the token's hash is stored. Neither the tables nor the key alone opens anything.
 */
export function deriveToken(key: Buffer, tokenId: string): string {
  return createHmac('sha256', key).update(`orrery cluster token ${tokenId}`).digest('base64url');
}
