import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { testDatabase } from '../../../test/servers.js';
import { applyMigrations } from './migrate.js';

const migrationsFolder = path.resolve(import.meta.dirname, '../../../prisma/migrations');
const migrations = readdirSync(migrationsFolder)
  .filter((name) => !name.endsWith('.toml'))
  .sort();

/** The first half of each text's SHA-256. A database that has a migration refuses another text: what changes is a migration of its own. */
const TEXTS = [
  ['20261121000000_platform', 'a683943b6ad96b8e'],
  ['20261121000100_store', '8c61633fbea1379c'],
  ['20261121000200_uncompacted', '7db09d0353b92cff'],
  ['20261121000300_organizations', '4201975ab3203b84'],
  ['20261121000300_turns', '4722df3819e96e2c'],
  ['20261121000500_single_writes', '933e1b13ea93cf18'],
  ['20261121000600_seeds', '104fe4bd5b2c80d5'],
  ['20261121000700_deletions', 'b3825887c1e3228e'],
  ['20261121000800_add_cluster', 'bf3e8e13600dcd9f'],
  ['20261121000900_retention', '747ba64b1abd564a'],
  ['20261121001000_cluster_keys', '0ac7fc15a12e1ffa'],
  ['20261121001100_unflushed_turns', 'ac47bbb3865ffcc7'],
  ['20261122000300_client_authorities', '86e8ba5bf83d5a4a'],
  ['20261122000400_audit', 'f27e790ff3481032'],
  ['20261122001000_restore', '25dda35306548173'],
  ['20261122001100_clock_modes', 'dad77ec8246f16ea'],
  ['20261122001200_unflushed_steps', '07f2bf44f5426f4f'],
  ['20261122002000_control_planes', '6b1df34037a0ee03'],
  ['20261122003000_templates', '5a5fa7b06916bcf3'],
  ['20261122050000_log_pages', 'd052623aad6f7bf3'],
  ['20261122060000_log_pages_in_order', '9332cbe5cfa89d92'],
  ['20261122060000_shared_transactions', '37b9f650dcab2bc3'],
  ['20261122110000_begun_revisions', 'bc5530c3e1ad564a'],
  ['20261122150000_answered_advances', '9d92a178231cb3dd'],
];

test('migrations that databases have are never changed', () => {
  const checksum = (name: string) =>
    createHash('sha256')
      .update(readFileSync(path.join(migrationsFolder, name, 'migration.sql')))
      .digest('hex');
  expect(migrations.map((name) => [name, checksum(name).slice(0, 16)])).toEqual(TEXTS);
});

test('migrations are applied once, even concurrently, and recorded in Prisma’s table', async () => {
  const database = await testDatabase();
  await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const applied = await Promise.all([1, 2, 3].map(() => applyMigrations(database.url)));
  const names = migrations;
  expect(applied.flat()).toEqual(names);
  const { rows } = await database.pool.query(
    `SELECT migration_name, length(checksum) AS checksum, finished_at >= started_at AS finished, rolled_back_at, applied_steps_count FROM _prisma_migrations ORDER BY migration_name`,
  );
  expect(rows).toEqual(
    names.map((migration_name) => ({ migration_name, checksum: 64, finished: true, rolled_back_at: null, applied_steps_count: 1 })),
  );
  await database.pool.query("UPDATE _prisma_migrations SET checksum = 'other' WHERE migration_name = $1", [names[1]]);
  await expect(applyMigrations(database.url)).rejects.toThrow(`migration ${names[1]} was changed after it was applied`);
  await database.close();
});

test('a user that may not create roles is subject to the policies itself', async () => {
  const database = await testDatabase();
  const name = `plain_${Date.now()}`;
  await database.pool.query(`CREATE ROLE ${name} LOGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION ${name}`);
  const url = database.url.replace(/\/\/[^@]*@/, `//${name}@`);
  await applyMigrations(url);
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query("SELECT store_create('a'); SELECT store_create('b')");
  await client.query(
    "SELECT store_write('a', 'c', ARRAY['/k'], ARRAY['1'], NULL, NULL, ARRAY['{}'], ARRAY[1], false, NULL, NULL, gen_random_uuid(), NULL)",
  );
  await client.query("SELECT store_copy('a', 'c', NULL, '{}', '{}')");
  expect((await client.query('SELECT * FROM log')).rows).toEqual([]);
  await client.query("SELECT set_config('orrery.cluster', 'c', false)");
  expect((await client.query('SELECT cluster_id, key FROM objects')).rows).toEqual([{ cluster_id: 'c', key: '/k' }]);
  await client.end();
  await database.pool.query(`DROP SCHEMA public CASCADE; DROP ROLE ${name}`);
  await database.close();
});

test('a database that was created by the earlier text of a migration is accepted', async () => {
  const database = await testDatabase();
  const former = '1a53d92129a9567d7e566926b00f53c55ab5951eb198e80059adaf6813f434a5';
  await database.pool.query("UPDATE _prisma_migrations SET checksum = $1 WHERE migration_name = '20261121000100_store'", [former]);
  expect(await applyMigrations(database.url)).toEqual([]);
  await database.close();
});

test('values are stored uncompressed in every partition of the log', async () => {
  const database = await testDatabase();
  const { rows } = await database.pool.query(
    "SELECT DISTINCT attstorage FROM pg_attribute WHERE attname = 'value' AND attrelid::regclass::text ~ '^log(_[0-7])?$'",
  );
  expect(rows).toEqual([{ attstorage: 'e' }]);
  await database.close();
});

test('a server that is too old is rejected with a one-line message', async () => {
  const database = await testDatabase();
  // A connection that answers as a server of that version would.
  await database.pool.query(`CREATE SCHEMA former;
    CREATE FUNCTION former.current_setting(text) RETURNS text LANGUAGE sql AS
      $$ SELECT CASE $1 WHEN 'server_version_num' THEN '130016' ELSE '13.16' END $$`);
  const url = new URL(database.url);
  url.searchParams.set('options', '-c search_path=former,public,pg_catalog');
  await expect(applyMigrations(url.href)).rejects.toThrow(
    'the server is PostgreSQL 13.16, and 14 or newer is needed: upgrade it or correct DATABASE_URL',
  );
  await database.close();
});
