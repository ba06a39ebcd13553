import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isLost, isUndone, toStorageError } from './failures.js';
import { STATEMENTS, type StatementName } from './statements.js';

/** One row, its columns in the order of the function's result. bigint comes as number: revisions and instants are far below 2^53. */
export type Row = readonly unknown[];

/** How long a lost connection is tried to be made up for, in milliseconds, and how long between two tries. */
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

  /** One try. */
  async run(name: StatementName, values: unknown[]): Promise<Row[]> {
    const query = { name: `orrery_${name}`, text: STATEMENTS[name], values, rowMode: 'array' as const, types };
    const { rows } = await this.pool.query<unknown[]>(query);
    return rows;
  }

  /** Tries again while the connection is lost. Only for what may happen twice. */
  repeat(name: StatementName, values: unknown[]): Promise<Row[]> {
    return this.persist(() => this.run(name, values));
  }

  /** Calls until it neither loses its connection nor is undone, or patience ends. */
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
 * Makes a call to the same database as the store's are made, whoever makes it (pg or Prisma): one that may happen twice is tried again
 * while the connection is lost, and what goes wrong is told as the store tells it (StorageUnavailable, StorageFull, StorageFailure).
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
