import type pg from 'pg';
import { isLost } from './failures.js';

/** A connection taken from the pool, and how many statements are running on it. */
interface Taken {
  readonly client: Promise<pg.PoolClient>;
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
      const client = await taken.client;
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
    const taken: Taken = { client: this.pool.connect(), running: 0 };
    // Without a listener, the end of a connection that is taken would end the process.
    const lose = (error: Error) => this.#lose(taken, error);
    taken.client.then((client) => client.on('error', lose), lose);
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
    taken.client.then(
      (client) => {
        client.removeAllListeners('error');
        client.release(taken.lost);
      },
      () => undefined,
    );
  }
}
