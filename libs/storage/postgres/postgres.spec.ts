import { type TestDatabase, testDatabase } from '../../../test/servers.js';
import { storageContract } from '../storage.contract.js';
import { postgresStorage } from './index.js';

let database: TestDatabase;
afterAll(() => database.close());

storageContract(async () => {
  database = await testDatabase();
  return postgresStorage(database.pool);
});

describe('in PostgreSQL', () => {
  test('a function sees its own cluster only, whatever a statement asks for', async () => {
    const { rows } = await database.pool.query<{ owner: string; rls: boolean }>(
      `SELECT DISTINCT pg_get_userbyid(proowner) AS owner, (SELECT bool_and(relrowsecurity) FROM pg_class WHERE relname IN ('cluster_revisions', 'objects', 'log', 'turns')) AS rls
       FROM pg_proc WHERE prosecdef AND proname NOT IN ('store_copy', 'store_lagging')`,
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
});
