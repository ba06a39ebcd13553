import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Bus } from '#cacher/bus';
import type { TestDatabase } from '../servers.js';

/** A disturbance that goes on until it is stopped. */
export interface Chaos {
  readonly cuts: number;
  stop(): Promise<void>;
}

/** Ends a connection to the database, whatever it is doing, every few milliseconds. */
export function cutConnections({ url }: TestDatabase, { every }: { every: number }): Chaos {
  let cuts = 0;
  let stopped = false;
  const cut = async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    while (!stopped) {
      const { rowCount } = await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY random() LIMIT 1`,
      );
      cuts += rowCount ?? 0;
      await sleep(every);
    }
    await client.end();
  };
  const running = cut();
  return {
    get cuts() {
      return cuts;
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

/** A bus that loses some of the messages to its own subscribers, and some that it should publish. `roll` returns numbers in [0, 1). */
export function lossyBus(bus: Bus, { loss, roll }: { loss: number; roll: () => number }): Bus {
  return {
    publish: (channel, message) => {
      if (roll() >= loss) bus.publish(channel, message);
    },
    subscribe: (channel, onMessage, onGap) =>
      bus.subscribe(
        channel,
        (message) => {
          if (roll() >= loss) onMessage(message);
        },
        onGap,
      ),
    close: () => bus.close(),
  };
}
