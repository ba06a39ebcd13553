// The speed of the database alone: single-row inserts through `pg`, each a durable commit.
import pg from 'pg';
import { rate } from './client.mjs';

/** Raw inserts per second over 16 connections. */
export async function measureYardstick(databaseUrl, connections = 16) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
  await pool.query('CREATE UNLOGGED TABLE IF NOT EXISTS bench_warm (n int)');
  await pool.query('DROP TABLE IF EXISTS bench_inserts');
  await pool.query('CREATE TABLE bench_inserts (id bigint PRIMARY KEY, key text, value jsonb)');
  const value = JSON.stringify({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'x', namespace: 'bench', labels: { app: 'bench' } },
    data: { a: 'x'.repeat(100), b: 'y'.repeat(100) },
  });
  const insert = { name: 'insert', text: 'INSERT INTO bench_inserts VALUES ($1, $2, $3)' };
  const { rows } = await pool.query('SHOW synchronous_commit');
  await rate(500, connections, (i) => pool.query({ ...insert, values: [-1 - i, `/registry/configmaps/bench/w-${i}`, value] }));
  const result = await rate(10_000, connections, (i) => pool.query({ ...insert, values: [i, `/registry/configmaps/bench/c-${i}`, value] }));
  await pool.query('DROP TABLE bench_inserts, bench_warm');
  await pool.end();
  return { connections, synchronousCommit: rows[0].synchronous_commit, ...result };
}
