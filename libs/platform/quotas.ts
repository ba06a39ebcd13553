/** What an organization may use. `clusters` counts all its clusters; the others hold in each of them. */
export interface Quotas {
  /** Clusters of the organization. */
  clusters: number;
  /** Objects that stand in a cluster. */
  objects: number;
  /** Bytes of a cluster's objects and of its log. */
  storedBytes: number;
  /** Requests on a cluster that are being answered at one time, watches not counted. */
  requestsInFlight: number;
  /** Watches that are open on a cluster. */
  watches: number;
  /** WebSockets that are open on a cluster (GraphQL subscriptions). */
  sockets: number;
  /** Objects of a cluster that clients write in a second, in the long run. */
  writesPerSecond: number;
  /** For so many minutes of the machine's time a cluster's log is kept: watches, history and event chains go back that far. */
  logMinutes: number;
  /** So many of a cluster's newest revisions are kept in its log, however old. */
  logRevisions: number;
}

export type QuotaName = keyof Quotas;

/** The quotas of an organization for which none are set. */
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
});

/** The most that may be set: what the service as a whole is made for. */
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
});

/** The names of all quotas. */
export const QUOTA_NAMES = Object.keys(DEFAULT_QUOTAS) as readonly QuotaName[];

/** The quotas that hold where some are set. What a newer or older program has stored under other names is passed over. */
export function quotasOf(set: Partial<Quotas>): Quotas {
  const quotas = { ...DEFAULT_QUOTAS };
  for (const name of QUOTA_NAMES) {
    const value = set[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) quotas[name] = Math.min(value, LARGEST_QUOTAS[name]);
  }
  return quotas;
}

/** Quotas as this process knows them. */
export interface QuotaCache {
  /** Those of an organization; the defaults where there is no such organization. */
  of(organizationId: string): Promise<Quotas>;
  /** As `of`, without waiting, for what was read already: possibly a little old, and then read anew meanwhile. */
  remembered(organizationId: string): Quotas | undefined;
  /** They have changed, or (without an id) any may have. */
  forget(organizationId?: string): void;
}

/** `ttl` milliseconds is how long a change may stay unseen in a process that missed its message. */
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
  /** Counts what was forgotten, so that what was read before is not remembered after. */
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
        // What can't be read now stays as it was known.
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
