import type { PlatformRecords } from './records.js';
import { hashToken } from './tokens.js';

/** What a token opens: its own cluster, or the platform. */
export type Grant = ({ scope: 'platform' } | { scope: 'cluster'; cluster: string }) & {
  /** The token's hash, by which its revocation is told. */
  hash: string;
};

/** Tokens looked up, remembered for a short time. */
export interface Access {
  /** What this token opens; undefined when nothing. */
  grantOf(token: string): Promise<Grant | undefined>;
  /** As grantOf, for what is remembered already: spares the hot path a turn of the event loop. */
  remembered(token: string): Grant | undefined;
  /** Forgets what is remembered of these tokens (their hashes), or of all. */
  forget(hashes?: readonly string[]): void;
}

const longest = 512;

/** `ttl` milliseconds is how long a revoked token may live on in a process that missed the message of its revocation. */
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
