import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isLost, isUndone, toStorageError } from './failures.js';
import { Lane } from './lane.js';
import { STATEMENTS, type StatementName } from './statements.js';

/** A row, with the columns in the order of the function's result. bigint is read as number: revisions and instants are far below 2^53. */
export type Row = readonly unknown[];

/** How long a call is retried after a lost connection, and the interval between attempts, in milliseconds. */
export interface Patience {
  total: number;
  first: number;
  longest: number;
}

export const DEFAULT_PATIENCE: Patience = { total: 10_000, first: 5, longest: 250 };

const INT8_OID = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** Runs the store's statements on a pool. */
export class Session {
  constructor(
    private readonly pool: pg.Pool,
    private readonly patience: Patience = DEFAULT_PATIENCE,
  ) {}

  /** A lane of its own, if the pool is pipelined. */
  lane(): Lane | undefined {
    return this.pool.options?.pipeline ? new Lane(this.pool) : undefined;
  }

  /** A single attempt, on a lane or on any connection. */
  async run(name: StatementName, values: unknown[], lane?: Lane): Promise<Row[]> {
    const query = { name: `orrery_${name}`, text: STATEMENTS[name], values, rowMode: 'array' as const, types };
    if (lane !== undefined) return lane.run(query);
    const { rows } = await this.pool.query<unknown[]>(query);
    return rows;
  }

  /** Retries while the connection is lost. Only for idempotent calls. */
  repeat(name: StatementName, values: unknown[]): Promise<Row[]> {
    return this.persist(() => this.run(name, values));
  }

  /** Retries while the connection is lost or the transaction is rolled back, until the time is up. */
  persist<T>(call: () => Promise<T>): Promise<T> {
    return persist(call, this.patience);
  }
}

async function persist<T>(call: () => Promise<T>, patience: Patience): Promise<T> {
  const until = performance.now() + patience.total;
  let pause = patience.first;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(isLost(error) || isUndone(error)) || performance.now() + pause > until) throw error;
    }
    await sleep(pause);
    pause = Math.min(pause * 2, patience.longest);
  }
}

/**
 * Makes a call to the store's database with the store's error handling, for any caller (pg or Prisma): an idempotent call is retried while
 * the connection is lost, and errors become storage errors (StorageUnavailable, StorageFull, StorageFailure).
 */
export async function patiently<T>(
  call: () => Promise<T>,
  { repeat, patience = DEFAULT_PATIENCE }: { repeat: boolean; patience?: Patience },
): Promise<T> {
  try {
    return await (repeat ? persist(call, patience) : call());
  } catch (error) {
    throw toStorageError(error);
  }
}
