import type { PlatformRecords } from './records.js';
import { hashToken } from './tokens.js';

/** What a token gives access to: its cluster, or the platform. */
export type Grant = ({ scope: 'platform' } | { scope: 'cluster'; cluster: string }) & {
  /** The token's hash, by which its revocation is announced. */
  hash: string;
};

/** A short-lived cache of token lookups. */
export interface Access {
  /** What this token gives access to; undefined if it is not valid. */
  grantOf(token: string): Promise<Grant | undefined>;
  /** Like grantOf, but only from the cache: saves an asynchronous step on the hot path. */
  remembered(token: string): Grant | undefined;
  /** Drops the cached lookups of these tokens (by hash), or of all. */
  forget(hashes?: readonly string[]): void;
}

const longest = 512;

/** `ttl` milliseconds is how long a revoked token may remain valid in a process that missed the message of its revocation. */
export function createAccess({
  records,
  now,
  ttl = 5000,
  size = 10_000,
}: {
  records: PlatformRecords;
  now: () => number;
  ttl?: number;
  size?: number;
}): Access {
  const known = new Map<string, { grant: Grant; until: number }>();
  const remembered = (token: string) => {
    const entry = known.get(token);
    return entry && entry.until > now() ? entry.grant : undefined;
  };
  return {
    remembered,
    async grantOf(token) {
      if (token.length === 0 || token.length > longest) return undefined;
      const found = remembered(token);
      if (found) return found;
      known.delete(token);
      const hash = hashToken(token);
      const record = await records.tokenByHash(hash);
      if (!record) return undefined;
      const grant: Grant =
        record.clusterId === undefined ? { scope: 'platform', hash } : { scope: 'cluster', cluster: record.clusterId, hash };
      if (known.size >= size) known.delete(known.keys().next().value ?? '');
      known.set(token, { grant, until: now() + ttl });
      return grant;
    },
    forget(hashes) {
      if (!hashes) return known.clear();
      const gone = new Set(hashes);
      for (const [token, entry] of known) if (gone.has(entry.grant.hash)) known.delete(token);
    },
  };
}
