import { Redis } from 'ioredis';
import pg from 'pg';
import { ConfigError } from './config.js';
import type { Log } from './logging.js';

const reasonOf = (error: unknown) => {
  const e = error as { code?: string; message?: string; errors?: Array<{ message?: string }> };
  return e.message || e.errors?.[0]?.message || e.code || String(error);
};

/** A URL without its credentials, which may be shown. */
function shownAddress(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  return `${protocol}//${hostname}${port ? `:${port}` : ''}${pathname}`;
}

/** Milliseconds after which a connection that is needed now is given up. */
const CONNECT_TIMEOUT = 5000;
/** Milliseconds that a starting process waits for a server that neither answers nor refuses: the machine may be busy. */
const START_TIMEOUT = 60_000;

/** Sends a first query, again after each timeout. An error with a code (refused, no such host, no such user) is final. */
async function firstQuery(pool: pg.Pool): Promise<void> {
  for (let left = START_TIMEOUT / CONNECT_TIMEOUT; ; left -= 1) {
    try {
      await pool.query('select 1');
      return;
    } catch (error) {
      if (left <= 1 || (error as { code?: string }).code !== undefined) throw error;
    }
  }
}

/** A pool of connections to PostgreSQL, after a first query. Throws ConfigError (one line) if the server cannot be reached. */
export async function connectPostgres(url: string, connections: number, log: Log): Promise<pg.Pool> {
  const pool = new pg.Pool({
    ...{ connectionString: url, max: connections, connectionTimeoutMillis: CONNECT_TIMEOUT, keepAlive: true },
    // The writes of a cluster are sent without waiting for the answers of earlier ones.
    pipeline: true,
  });
  // Without a listener, the end of an idle connection would end the process; the pool opens a new one when needed.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  try {
    await firstQuery(pool);
  } catch (error) {
    await pool.end();
    throw new ConfigError(
      `PostgreSQL at ${shownAddress(url)} can't be reached (${reasonOf(error)}): start it, correct DATABASE_URL, or unset it to use the embedded one`,
    );
  }
  return pool;
}

/** A connection to Redis, after a first command; afterwards it reconnects without limit. Throws ConfigError (one line). */
export async function connectRedis(url: string, log: Log): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    retryStrategy: (times) => Math.min(50 * times, 1000),
  });
  // Several queues share it, and each adds listeners.
  redis.setMaxListeners(100);
  let lastError: unknown;
  redis.on('error', (error) => {
    lastError = error;
    log.warn({ err: error }, 'redis connection error');
  });
  redis.on('reconnecting', () => log.warn('the connection to Redis was lost; reconnecting'));
  // A server that refuses is given up soon; one that only takes its time is waited for.
  const refused = setTimeout(() => lastError !== undefined && redis.disconnect(), CONNECT_TIMEOUT);
  const silent = setTimeout(() => redis.disconnect(), START_TIMEOUT);
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw new ConfigError(
      `Redis at ${shownAddress(url)} can't be reached (${reasonOf(lastError ?? error)}): start it, correct REDIS_URL, or unset it to use the embedded one`,
    );
  } finally {
    clearTimeout(refused);
    clearTimeout(silent);
  }
  return redis;
}
