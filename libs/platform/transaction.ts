import type pg from 'pg';
import { takeConnection } from '#storage/postgres';

/**
 * Runs the work in a transaction, which is rolled back if it throws. Each of its statements sees what others committed before the statement
 * began (READ COMMITTED): a count that must hold is taken by a statement after the one that locks.
 */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const { client, release } = await takeConnection(pool);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    release();
  }
}
