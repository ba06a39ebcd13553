import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** The result, once it no longer throws. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (const until = performance.now() + 90_000; ; await sleep(50)) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}

test('PostgreSQL keeps its data across a restart and a kill', async () => {
  const first = await startPostgres({ home });
  await query(first.url, 'CREATE TABLE t AS SELECT 7 AS n');
  await first.stop();
  const second = await startPostgres({ home });
  process.kill(second.pid, 'SIGKILL');
  // It is restarted at the same address.
  expect(await eventually(() => query(second.url, 'SELECT n FROM t'))).toEqual([{ n: 7 }]);
  await second.stop();
  await expect(query(second.url, 'SELECT n FROM t')).rejects.toThrow();
});

test('Redis requires its password, and is restarted when it dies', async () => {
  const server = await startRedis({ home });
  const client = new Redis(server.url);
  client.on('error', () => {});
  try {
    expect(await client.ping()).toBe('PONG');
    const stranger = new Redis(server.url.replace(/:[^:@]*@/, ':wrong@'), {
      retryStrategy: () => null,
      lazyConnect: true,
      disconnectTimeout: 50,
    });
    stranger.on('error', () => {});
    await expect(stranger.connect().then(() => stranger.ping())).rejects.toThrow();
    stranger.disconnect();
    const { pid } = server;
    process.kill(pid, 'SIGKILL');
    // The new process may answer before its start is complete, which is when its pid is known.
    await eventually(async () => expect(server.pid).not.toBe(pid));
    expect(await eventually(() => client.ping())).toBe('PONG');
  } finally {
    client.disconnect();
    await server.stop();
  }
});
