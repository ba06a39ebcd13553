import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { graphLimits } from '#graphql';
import type { Asked } from './asked.js';

/** What is kept. Sizes are in characters. */
const LIMITS = { clusters: 64, ofCluster: 512 * 1024 };

const refused = (message: string, code: string): GraphQLError => new GraphQLError(message, { extensions: { code } });

/** The digest that a request names its query by; undefined if it names none. */
function hashOf({ extensions }: Asked): string | undefined {
  const named = extensions?.persistedQuery;
  if (named === undefined || named === null) return undefined;
  const { version, sha256Hash } = named as { version?: unknown; sha256Hash?: unknown };
  if (version !== 1) throw refused('Unsupported persisted query version', 'BAD_REQUEST');
  if (typeof sha256Hash !== 'string' || !/^[0-9a-f]{64}$/.test(sha256Hash)) {
    throw refused('extensions.persistedQuery.sha256Hash must be a SHA-256 digest in hexadecimal digits', 'BAD_REQUEST');
  }
  return sha256Hash;
}

/**
 * Automatic persisted queries (apollographql.com/docs/apollo-server/performance/apq): a client sends a query's SHA-256 digest, and the query itself
 * only if it is told PERSISTED_QUERY_NOT_FOUND. Queries of each cluster are kept apart, in this process; what has been dropped is sent again.
 */
export class PersistedQueries {
  private readonly clusters = new LRUCache<string, LRUCache<string, string>>({ max: LIMITS.clusters });

  /** The request with its query. Throws a GraphQLError for a query that is not known, or another one than the digest says. */
  resolve(cluster: string, asked: Asked): Asked {
    const hash = hashOf(asked);
    if (hash === undefined) return asked;
    const query = asked.query ? this.keep(cluster, hash, asked.query) : this.clusters.get(cluster)?.get(hash);
    if (query === undefined) throw refused('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND');
    const { persistedQuery: _, ...extensions } = asked.extensions ?? {};
    return { ...asked, query, extensions };
  }

  private keep(cluster: string, hash: string, query: string): string {
    // A longer document is refused before it runs.
    if (query.length > graphLimits.documentLength) return query;
    if (createHash('sha256').update(query).digest('hex') !== hash) throw refused('provided sha does not match query', 'BAD_REQUEST');
    const kept = this.clusters.get(cluster) ?? new LRUCache({ maxSize: LIMITS.ofCluster, sizeCalculation: (text) => text.length + 1 });
    this.clusters.set(cluster, kept);
    kept.set(hash, query);
    return query;
  }
}
