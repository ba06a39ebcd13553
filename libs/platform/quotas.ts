/** The quotas of an organization. `clusters` limits the number of its clusters; the others apply to each cluster. */
export interface Quotas {
  /** Number of clusters. */
  clusters: number;
  /** Objects in a cluster. */
  objects: number;
  /** Bytes of a cluster's objects and of its log. */
  storedBytes: number;
  /** Concurrent requests to a cluster, without watches. */
  requestsInFlight: number;
  /** Open watches on a cluster. */
  watches: number;
  /** Open WebSockets on a cluster (GraphQL subscriptions). */
  sockets: number;
  /** Objects that clients may write per second in a cluster, sustained. */
  writesPerSecond: number;
  /** How many minutes of machine time a cluster's log is kept: how far back watches, history and event chains reach. */
  logMinutes: number;
  /** How many of a cluster's newest revisions are kept in its log, regardless of age. */
  logRevisions: number;
  /** How many minutes of machine time a cluster's audit log is kept. */
  auditMinutes: number;
  /** Snapshots of a cluster. */
  snapshots: number;
  /** Bytes of a cluster's audit log, compressed: about 60 a request. The oldest are deleted first. */
  auditBytes: number;
}

export type QuotaName = keyof Quotas;

/** The default quotas. */
export const DEFAULT_QUOTAS: Quotas = Object.freeze({
  clusters: 5_000,
  objects: 200_000,
  storedBytes: 1024 ** 3,
  requestsInFlight: 400,
  watches: 2_000,
  sockets: 200,
  writesPerSecond: 5_000,
  logMinutes: 60,
  logRevisions: 10_000,
  snapshots: 50,
  auditMinutes: 10_080,
  auditBytes: 4 * 1024 ** 2,
});

/** The highest quotas that may be set, which the service as a whole is designed for. */
export const LARGEST_QUOTAS: Quotas = Object.freeze({
  clusters: 100_000,
  objects: 2_000_000,
  storedBytes: 64 * 1024 ** 3,
  requestsInFlight: 10_000,
  watches: 100_000,
  sockets: 10_000,
  writesPerSecond: 100_000,
  logMinutes: 525_600,
  logRevisions: 1_000_000_000,
  snapshots: 1_000,
  auditMinutes: 525_600,
  auditBytes: 1024 ** 3,
});

/** The names of all quotas. */
export const QUOTA_NAMES = Object.keys(DEFAULT_QUOTAS) as readonly QuotaName[];

/** The effective quotas, given those that are set. Unknown names, stored by a newer or older program, are ignored. */
export function quotasOf(set: Partial<Quotas>): Quotas {
  const quotas = { ...DEFAULT_QUOTAS };
  for (const name of QUOTA_NAMES) {
    const value = set[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) quotas[name] = Math.min(value, LARGEST_QUOTAS[name]);
  }
  return quotas;
}

/** A cache of quotas. */
export interface QuotaCache {
  /** The quotas of an organization; the defaults if it does not exist. */
  of(organizationId: string): Promise<Quotas>;
  /** Like `of`, but synchronous and only from the cache: possibly stale, in which case they are read again in the background. */
  remembered(organizationId: string): Quotas | undefined;
  /** They have changed, or (without an id) any of them may have. */
  forget(organizationId?: string): void;
}

/** `ttl` milliseconds is how long a process that missed the message may not see a change. */
export function createQuotaCache({
  read,
  now,
  ttl = 10_000,
  size = 10_000,
}: {
  read(organizationId: string): Promise<Partial<Quotas> | undefined>;
  now: () => number;
  ttl?: number;
  size?: number;
}): QuotaCache {
  const known = new Map<string, { quotas: Quotas; until: number }>();
  /** Counts invalidations, so that values read before one are not cached after it. */
  let changes = 0;
  const load = async (organizationId: string): Promise<Quotas> => {
    const before = changes;
    const quotas = quotasOf((await read(organizationId)) ?? {});
    if (before !== changes) return quotas;
    known.delete(organizationId);
    if (known.size >= size) known.delete(known.keys().next().value ?? '');
    known.set(organizationId, { quotas, until: now() + ttl });
    return quotas;
  };
  return {
    async of(organizationId) {
      const entry = known.get(organizationId);
      return entry && entry.until > now() ? entry.quotas : load(organizationId);
    },
    remembered(organizationId) {
      const entry = known.get(organizationId);
      if (entry && entry.until <= now()) {
        entry.until = now() + ttl;
        // If they cannot be read now, the cached values stay.
        load(organizationId).catch(() => undefined);
      }
      return entry?.quotas;
    },
    forget(organizationId) {
      changes += 1;
      if (organizationId === undefined) known.clear();
      else known.delete(organizationId);
    },
  };
}
