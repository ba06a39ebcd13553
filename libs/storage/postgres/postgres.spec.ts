import type pg from 'pg';
import { type TestDatabase, testDatabase } from '../../../test/servers.js';
import { storageContract } from '../storage.contract.js';
import type { WriteOp } from '../storage.js';
import { postgresStorage } from './index.js';

let database: TestDatabase;
afterAll(() => database.close());

storageContract(async () => {
  database = await testDatabase();
  return postgresStorage(database.pool);
});

describe('in PostgreSQL', () => {
  test('a function sees only its own cluster, whatever a statement requests', async () => {
    const { rows } = await database.pool.query<{ owner: string; rls: boolean }>(
      `SELECT DISTINCT pg_get_userbyid(proowner) AS owner, (SELECT bool_and(relrowsecurity) FROM pg_class WHERE relname IN ('cluster_revisions', 'objects', 'log', 'turns', 'clocks')) AS rls
       FROM pg_proc WHERE prosecdef AND proname NOT IN ('store_copy', 'store_copy_anew', 'store_restore', 'store_lagging', 'store_revisions', 'store_compactable', 'template_used', 'templates_unused')`,
    );
    expect(rows).toEqual([{ owner: 'orrery_app', rls: true }]);
    const client = await database.pool.connect();
    try {
      await client.query("BEGIN; SET LOCAL ROLE orrery_app; SELECT set_config('orrery.cluster', 'contract-1', true)");
      const counts = await client.query(
        'SELECT DISTINCT cluster_id FROM cluster_revisions UNION SELECT DISTINCT cluster_id FROM log ORDER BY 1',
      );
      expect(counts.rows).toEqual([{ cluster_id: 'contract-1' }]);
      await expect(client.query("INSERT INTO turns VALUES ('contract-2', 'x', 1, 0)")).rejects.toThrow('row-level security');
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  test('a write whose response was lost returns its outcome, and is not repeated', async () => {
    const admin = postgresStorage(losingAnswers(database.pool));
    const store = admin.open('lost');
    await admin.create('lost');
    const cause = { requestId: 'r', user: 'u' };
    const create = (key: string, value: string): WriteOp => ({ type: 'create', key, value, cause, at: 1 });
    const [, second] = await store.write([create('/a', '1'), create('/b', '1')]);
    const results = await store.write([
      create('/a', '2'),
      { type: 'update', key: '/b', value: '2', expected: second?.ok ? second.entry.revision : 0, cause, at: 2 },
      { type: 'delete', key: '/c', cause, at: 2 },
    ]);
    expect(results).toEqual([
      { ok: false, reason: 'exists', current: { key: '/a', value: '1', createRevision: 1, modRevision: 1, version: 1 } },
      {
        ok: true,
        entry: { revision: 3, type: 'put', key: '/b', value: '2', createRevision: 2, version: 2, previousRevision: 2, cause, at: 2 },
      },
      { ok: false, reason: 'missing' },
    ]);
    expect((await store.log({ after: 0 })).map((entry) => entry.key)).toEqual(['/a', '/b', '/b']);
  });
});

/** A pool that executes every write but loses its response, once each. */
function losingAnswers(pool: pg.Pool): pg.Pool {
  const lost = new Set<unknown>();
  const query = async (config: { name: string; values: unknown[] }) => {
    const answer = await pool.query(config as never);
    const id = config.values[11];
    if (config.name !== 'orrery_write' || lost.has(id)) return answer;
    lost.add(id);
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  };
  return { query } as unknown as pg.Pool;
}
