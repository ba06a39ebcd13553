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

  test('writes are executed in the order of the calls, without waiting for answers', async () => {
    const admin = postgresStorage(database.pool);
    const store = admin.open('ordered');
    await admin.create('ordered');
    const writes = Array.from({ length: 20 }, (_, i) =>
      store.write(i % 3 === 0 ? [created(`/${i}`)] : [created(`/${i}`), created(`/${i}b`)]),
    );
    const revisions = (await Promise.all(writes)).flat().map((result) => (result.ok ? result.entry.revision : 0));
    expect(revisions).toEqual(Array.from({ length: 33 }, (_, i) => i + 1));
    // One that fails does not fail those after it.
    const fenced = [store.write([created('/x')], { fence: { component: 'x', token: 1 } }), store.write([created('/y')])];
    expect((await Promise.allSettled(fenced)).map((one) => (one.status === 'fulfilled' ? one.value[0]?.ok : one.reason.message))).toEqual([
      'the turn of x was overtaken',
      true,
    ]);
  });

  test('a connection that ends under several writes loses none of them, and repeats none', async () => {
    const admin = postgresStorage(database.pool);
    const store = admin.open('cut');
    await admin.create('cut');
    const cut = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
    const outcomes: string[] = [];
    for (let round = 0; round < 5; round++) {
      const writes = Array.from({ length: 8 }, (_, i) => store.write([created(`/${round}-${i}`), created(`/${round}-${i}b`)]));
      // Some of them have been executed by then.
      await Promise.race(writes);
      await database.pool.query(cut);
      for (const result of (await Promise.all(writes)).flat()) outcomes.push(result.ok ? 'ok' : result.reason);
    }
    expect(new Set(outcomes)).toEqual(new Set(['ok']));
    expect((await store.log({ after: 0 })).map(({ revision }) => revision)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
  });
});

const created = (key: string): WriteOp => ({ type: 'create', key, value: 'v', cause: { requestId: 'r', user: 'u' }, at: 1 });

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
