import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startPostgres } from './postgres.js';
import { startRedis } from './redis.js';

const home = mkdtempSync(path.join(tmpdir(), 'orrery-embedded-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const query = async (url: string, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
};

test('PostgreSQL keeps its data over a restart, and over being killed', async () => {
  const first = await startPostgres({ home });
  await query(first.url, 'CREATE TABLE t AS SELECT 7 AS n');
  await first.stop();
  const second = await startPostgres({ home });
  process.kill(second.pid, 'SIGKILL');
  const third = await startPostgres({ home });
  expect(await query(third.url, 'SELECT n FROM t')).toEqual([{ n: 7 }]);
  // A second start on the folder takes over from one that an absent launcher left running.
  const fourth = await startPostgres({ home });
  expect(await query(fourth.url, 'SELECT n FROM t')).toEqual([{ n: 7 }]);
  await fourth.stop();
  await third.stop();
}, 60_000);

test('Redis answers only to its password', async () => {
  const server = await startRedis({ home });
  const client = new Redis(server.url);
  expect(await client.ping()).toBe('PONG');
  const stranger = new Redis(server.url.replace(/:[^:@]*@/, ':wrong@'), { retryStrategy: () => null, lazyConnect: true });
  stranger.on('error', () => {});
  await expect(stranger.connect().then(() => stranger.ping())).rejects.toThrow();
  client.disconnect();
  stranger.disconnect();
  await server.stop();
}, 120_000);
