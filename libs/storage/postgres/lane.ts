import type pg from 'pg';
import { type Connection, takeConnection } from './connection.js';
import { isLost } from './failures.js';

/** A connection taken from the pool, and how many statements are running on it. */
interface Taken {
  readonly connection: Promise<Connection>;
  running: number;
  /** Why no further statement may use it. */
  lost?: Error;
  /** Whether the pool has it back. */
  returned?: true;
}

/**
 * Statements that are executed in the order of the calls: one that is made while others are running is sent on their connection at once,
 * without waiting for their answers. The pool must be a pipelined one, and has the connection back when nothing is running.
 */
export class Lane {
  #taken: Taken | undefined;

  constructor(private readonly pool: pg.Pool) {}

  async run(query: pg.QueryArrayConfig): Promise<unknown[][]> {
    this.#taken ??= this.#take();
    const taken = this.#taken;
    taken.running += 1;
    try {
      const { client } = await taken.connection;
      return (await client.query<unknown[]>(query)).rows;
    } catch (error) {
      if (isLost(error)) this.#lose(taken, error as Error);
      throw error;
    } finally {
      taken.running -= 1;
      // Calls that follow at once from the answer find it taken still.
      if (taken.running === 0) setImmediate(() => this.#giveBack(taken));
    }
  }

  #take(): Taken {
    const lose = (error: Error) => this.#lose(taken, error);
    const taken: Taken = { connection: takeConnection(this.pool, lose), running: 0 };
    taken.connection.catch(lose);
    return taken;
  }

  /** Later calls take another connection. */
  #lose(taken: Taken, error: Error): void {
    taken.lost ??= error;
    if (this.#taken === taken) this.#taken = undefined;
  }

  #giveBack(taken: Taken): void {
    if (taken.running > 0 || taken.returned) return;
    taken.returned = true;
    if (this.#taken === taken) this.#taken = undefined;
    taken.connection.then(
      ({ release }) => release(taken.lost),
      () => undefined,
    );
  }
}
