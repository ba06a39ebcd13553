import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** The advisory lock that Prisma's engine uses, so that both never run at the same time. */
const LOCK = 72707369;

/** The table that Prisma's engine creates (schema-engine, sql_migration_persistence). */
const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

/** The oldest server version that supports everything the migrations and statements use. */
const OLDEST_SERVER = 14;

/** Migrations that were rewritten with the same effect: the checksums of the earlier texts. */
const REWORDED: Readonly<Record<string, readonly string[]>> = {
  '20261121000100_store': ['1a53d92129a9567d7e566926b00f53c55ab5951eb198e80059adaf6813f434a5'],
};

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** `prisma/migrations`, next to the sources or above dist/. */
function migrationsFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'prisma/migrations'))) {
    if (folder === path.dirname(folder)) throw new Error('prisma/migrations is missing from this installation');
    folder = path.dirname(folder);
  }
  return path.join(folder, 'prisma/migrations');
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return names.map((name) => {
    const sql = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const id = randomUUID();
  await client.query('BEGIN');
  try {
    await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [id, checksum, name]);
    await client.query(sql);
    await client.query('UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = $1', [id]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`migration ${name} failed: ${(error as Error).message}`, { cause: error });
  }
}

async function applyAll(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  await client.query(TABLE);
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const done = new Map(rows.map((row) => [row.migration_name, row]));
  const applied: string[] = [];
  for (const migration of migrations) {
    const row = done.get(migration.name);
    if (row === undefined) {
      await apply(client, migration);
      applied.push(migration.name);
    } else if (row.finished_at === null) {
      throw new Error(`migration ${migration.name} was begun by another tool and not finished: resolve it with prisma migrate resolve`);
    } else if (row.checksum !== migration.checksum && !REWORDED[migration.name]?.includes(row.checksum)) {
      throw new Error(
        `migration ${migration.name} was changed after it was applied to this database: use the Orrery that made it, or an empty database`,
      );
    }
  }
  return applied;
}

async function checkVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string }>(
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version",
  );
  const [server] = rows;
  if (server && server.number < OLDEST_SERVER * 10_000)
    throw new Error(
      `the server is PostgreSQL ${server.version}, and ${OLDEST_SERVER} or newer is needed: upgrade it or correct DATABASE_URL`,
    );
}

/**
 * Applies prisma/migrations to a database, each in a transaction, and records them in Prisma's own table. Processes that start at the same
 * time wait for one another. Returns the names of the applied migrations. Throws an Error with a one-line message.
 */
export async function applyMigrations(databaseUrl: string): Promise<string[]> {
  const migrations = readMigrations(migrationsFolder());
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 60_000 });
  // The query in progress reports a lost connection; without a listener, the loss between two queries would end the process.
  client.on('error', () => undefined);
  await client.connect().catch((error: Error) => {
    throw new Error(`PostgreSQL can't be reached for the migrations (${error.message || error.name}): start it or correct DATABASE_URL`, {
      cause: error,
    });
  });
  try {
    await checkVersion(client);
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    return await applyAll(client, migrations);
  } finally {
    // Ending the session releases the lock.
    await client.end();
  }
}
