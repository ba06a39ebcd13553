import { randomBytes } from 'node:crypto';

const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** An id for a cluster or an organization: 12 characters (60 random bits) that fit a URL, a DNS label and a Redis key. */
export function randomId(): string {
  const [first = 0, ...rest] = randomBytes(12);
  return alphabet.charAt(first % 24) + rest.map((byte) => byte % 32).reduce((text, index) => text + alphabet.charAt(index), '');
}

/** A seed for a cluster that was created without one: 128 random bits. */
export function randomSeed(): string {
  return randomBytes(16).toString('hex');
}

/** The store's cluster with the objects of a snapshot. */
export function snapshotStore(id: string): string {
  return `snapshot-${id}`;
}
