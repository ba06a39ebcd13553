import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { applyMigrations, type EmbeddedServer, startPostgres, startRedis } from '#hosting/embedded';

/** The folder of this run, created by servers-setup.mjs and removed by servers-teardown.mjs. */
function runFolder(): string {
  const folder = process.env.ORRERY_TEST_HOME;
  if (folder === undefined) throw new Error('ORRERY_TEST_HOME is not set: run the tests by `npm run unit`');
  return folder;
}

/** Starts a server on its first use in the whole run, in any jest worker; the others wait for it. */
async function once(name: string, start: (home: string) => Promise<EmbeddedServer>): Promise<string> {
  const file = path.join(runFolder(), `${name}.json`);
  const claim = path.join(runFolder(), `${name}.starting`);
  for (;;) {
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as EmbeddedServer).url;
    try {
      mkdirSync(claim);
    } catch {
      await sleep(20);
      continue;
    }
    try {
      const { url, pid } = await start(runFolder());
      writeFileSync(`${file}.new`, JSON.stringify({ url, pid }));
      renameSync(`${file}.new`, file);
    } finally {
      rmSync(claim, { recursive: true });
    }
  }
}

/** URL of the run's PostgreSQL, with an unused database; or of another server, e.g. of another version, set by ORRERY_TEST_DATABASE_URL. */
async function postgresUrl(): Promise<string> {
  const { ORRERY_TEST_DATABASE_URL: given } = process.env;
  return given || once('postgres', (home) => startPostgres({ home, revive: false }));
}

/** URL of the run's Redis. It is shared: keys and channels need distinct names. */
export function redisUrl(): Promise<string> {
  return once('redis', (home) => startRedis({ home, revive: false }));
}

/** A database for one test file. */
export interface TestDatabase {
  url: string;
  pool: pg.Pool;
  close(): Promise<void>;
}

/** A pool of connections that a test, or a server that stops, may cut: they end with an error here, and the pool replaces them. */
export function poolOf(options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(options);
  pool.on('error', () => undefined);
  return pool;
}

/** A new database with all migrations applied. */
export async function testDatabase({ connections = 10 }: { connections?: number } = {}): Promise<TestDatabase> {
  const server = await postgresUrl();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await command(server, `CREATE DATABASE ${name}`);
  const at = new URL(server);
  at.pathname = `/${name}`;
  const url = at.href;
  await applyMigrations(url);
  const pool = poolOf({ connectionString: url, max: connections, pipeline: true });
  return {
    url,
    pool,
    async close() {
      await pool.end();
      await command(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function command(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
