import { testDatabase } from '../../test/servers.js';
import { auditStoreContract } from './audit-store.contract.js';
import { memoryAuditStore } from './memory-audit-store.js';
import { postgresAuditStore } from './postgres-audit-store.js';

const QUOTAS = { bytes: 600, minutes: 10 };

describe('in PostgreSQL', () => {
  const database = async () => {
    const opened = await testDatabase();
    await opened.pool.query("INSERT INTO organizations (id, name) VALUES ('o', 'o')");
    await opened.pool.query(
      "INSERT INTO clusters (id, organization_id, name, node_count, node_cpu, node_memory, node_pods, profile, clock, seed) SELECT n, 'o', n, 1, '1', '1Gi', 1, 'instant', '{}', '' FROM unnest(ARRAY['a', 'b']) AS n",
    );
    return opened;
  };

  auditStoreContract(async () => {
    const { pool, close } = await database();
    return { store: postgresAuditStore(pool, QUOTAS), close };
  });

  test('organizations set how much is kept, and a cluster’s chunks are deleted with it', async () => {
    const { pool, close } = await database();
    const store = postgresAuditStore(pool, QUOTAS);
    const count = async () => (await store.latest('a', undefined, 9)).length;
    await pool.query(`UPDATE organizations SET quotas = '{"auditBytes": 300, "auditMinutes": 1}'`);
    await store.append([1, 2].map((at) => ({ cluster: 'a', firstAt: at, lastAt: at, body: Buffer.alloc(100) })));
    await store.trim(['a']);
    const seen = [await count()];
    await store.expire(60_001);
    seen.push(await count());
    await store.expire(60_003);
    seen.push(await count());
    await store.append([{ cluster: 'a', firstAt: 1, lastAt: 1, body: Buffer.alloc(100) }]);
    await pool.query("DELETE FROM clusters WHERE id = 'a'");
    seen.push(await count());
    expect(seen).toEqual([1, 1, 0, 0]);
    await close();
  });
});

describe('in memory', () => {
  auditStoreContract(async () => ({
    store: memoryAuditStore({ bytes: QUOTAS.bytes, age: QUOTAS.minutes * 60_000 }),
    close: async () => {},
  }));
});
