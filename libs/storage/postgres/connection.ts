import type pg from 'pg';

/** A connection that is taken from a pool. */
export interface Connection {
  readonly client: pg.ClientBase;
  /** Gives it back; with an error, or if it is lost, the pool closes it. */
  release(error?: Error): void;
}

/**
 * Takes a connection from a pool. `lost` is called when it ends while it is taken, with or without a statement running: without a listener
 * that would end the process. It may be told in the packet that is being read when the connection is handed out, so the listener is there
 * before any promise is resolved.
 */
export function takeConnection(pool: pg.Pool, lost: (error: Error) => void = () => undefined): Promise<Connection> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client, release) => {
      if (client === undefined) {
        reject(error);
        return;
      }
      client.on('error', lost);
      resolve({
        client,
        release(failure) {
          // The pool listens again from within this call.
          release(failure);
          client.off('error', lost);
        },
      });
    });
  });
}
