import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StorageUnavailable } from '#storage';
import { poolOf, type TestDatabase, testDatabase } from '../../test/servers.js';
import { diskCheck, watchWrites } from './writes.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

/** An error reported by the server. */
const errorOf = (condition: string): Promise<Error> =>
  database.pool.query(`DO $$ BEGIN RAISE ${condition}; END $$`).then(
    () => new Error(),
    (error: Error) => error,
  );

test('the check succeeds while writes are accepted, and again after a refusal has passed', async () => {
  const writes = watchWrites(database.pool);
  await writes.check();
  writes.failed(await errorOf('disk_full'));
  await writes.check();
  await writes.check();
});

test('once a write was refused because the disk is full, the check fails as long as the server refuses writes', async () => {
  const tried: string[] = [];
  let full = true;
  const writes = watchWrites({
    async query(text) {
      tried.push(text.split(' ')[0] ?? '');
      if (full && text.startsWith('CREATE')) throw await errorOf('disk_full');
      return database.pool.query(text);
    },
  });
  await writes.check();
  // Other failures do not mean that writes are refused.
  writes.failed(await errorOf('unique_violation'));
  await writes.check();
  expect(tried).toEqual(['DO', 'DO']);
  writes.failed(new StorageUnavailable('the store takes no writes', false, { cause: await errorOf('disk_full') }));
  await expect(writes.check()).rejects.toThrow('disk_full');
  await expect(writes.check()).rejects.toThrow('disk_full');
  full = false;
  await writes.check();
});

test('the check fails at once for a read-only server', async () => {
  const name = new URL(database.url).pathname.slice(1);
  await database.pool.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  const pool = poolOf({ connectionString: database.url });
  await expect(watchWrites(pool).check()).rejects.toMatchObject({ code: '25006' });
  await pool.end();
  await database.pool.query(`SET default_transaction_read_only = off; ALTER DATABASE ${name} RESET default_transaction_read_only`);
});

test('the disk of a server elsewhere is not checked', () => {
  expect(diskCheck(mkdtempSync(path.join(tmpdir(), 'orrery-no-server-')))).toBeUndefined();
});
