import { existsSync, statfsSync } from 'node:fs';
import path from 'node:path';
import type { HealthCheck } from './health.js';

/** SQLSTATEs of a server that is reachable but accepts no writes: disk full, other insufficient resources, read-only. */
const refusals = /^(53[1-4]00|25006)$/;
const noPrivilege = '42501';
/** Free bytes below which the embedded PostgreSQL is about to stop: it ends when it cannot extend its log. */
const leastFree = 64 * 1024 * 1024;

/** What runs a statement. */
interface Queries {
  query(text: string): Promise<unknown>;
}

function codeOf(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return typeof code === 'string' && refusals.test(code) ? code : cause === undefined ? undefined : codeOf(cause);
}

/** Whether PostgreSQL accepts writes, as far as this process knows. */
export interface Writes {
  /** Called for a write that failed. */
  failed(error: unknown): void;
  readonly check: HealthCheck;
}

/**
 * Watches for writes that PostgreSQL refuses. Once one was refused, the check tests whether this is still so, with a table that needs a
 * page and is dropped with its transaction: an unready process gets no writes from which it could find out.
 */
export function watchWrites(pool: Queries): Writes {
  let refused = false;
  return {
    failed(error) {
      if (codeOf(error) !== undefined) refused = true;
    },
    async check() {
      await pool.query(
        "DO $$ BEGIN IF current_setting('transaction_read_only') = 'on' THEN RAISE read_only_sql_transaction; END IF; END $$",
      );
      if (!refused) return;
      try {
        await pool.query("CREATE TEMPORARY TABLE orrery_writable ON COMMIT DROP AS SELECT repeat('x', 4000) AS filler");
      } catch (error) {
        // A user without the permission to create such a table finds out by the next write.
        if ((error as { code?: string }).code !== noPrivilege) throw error;
      }
      refused = false;
    },
  };
}

/** Whether the disk of the embedded PostgreSQL has space; checks nothing if the data is not below this home. */
export function diskCheck(home: string): HealthCheck | undefined {
  const data = path.join(home, 'postgres');
  if (!existsSync(data)) return undefined;
  return () => {
    const { bavail, bsize } = statfsSync(data);
    if (bavail * bsize < leastFree) throw new Error(`the disk of ${data} is full: ${bavail * bsize} bytes are free`);
  };
}
