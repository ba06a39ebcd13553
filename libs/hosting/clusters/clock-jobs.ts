import { type ConnectionOptions, Queue, QueueEvents, Worker } from 'bullmq';
import type { Instant } from '#apimachinery';
import type { Log } from '../logging.js';

interface AdvanceJob {
  cluster: string;
  /** Milliseconds. */
  by: number;
}

interface Turned {
  /** Where the clock stands. */
  now: Instant;
}

const name = 'clock';
const prefix = '{orrery-clock}';
/** Longest that turning a clock may take (ms). */
const within = 300_000;

/** Turns the clocks of stepped clusters: asks a worker, and waits until all is quiet. */
export interface ClockTurner {
  /** Throws the worker's error when it could not be done. */
  advance(cluster: string, by: number): Promise<Turned>;
  close(): Promise<void>;
}

/** The asking side. `connection` is for commands; listening for answers takes one of its own. */
export function clockTurner(connection: ConnectionOptions, log: Log): ClockTurner {
  const queue = new Queue<AdvanceJob, Turned>(name, { connection, prefix });
  queue.on('error', (error) => log.warn({ err: error }, 'clock queue'));
  let events: QueueEvents | undefined;
  return {
    async advance(cluster, by) {
      events ??= new QueueEvents(name, { connection, prefix }).on('error', (error) => log.warn({ err: error }, 'clock queue'));
      await events.waitUntilReady();
      const job = await queue.add('advance', { cluster, by }, { removeOnComplete: { age: 60 }, removeOnFail: { age: 60 } });
      return await job.waitUntilFinished(events, within);
    },
    async close() {
      await events?.close();
      await queue.close();
    },
  };
}

/** The turning side: runs `advance` for each job; jobs of one cluster wait for one another. */
export function clockWorker(
  connection: ConnectionOptions,
  log: Log,
  advance: (cluster: string, by: number) => Promise<Instant>,
): { close(): Promise<void> } {
  const worker = new Worker<AdvanceJob, Turned>(name, async ({ data }) => ({ now: await advance(data.cluster, data.by) }), {
    connection,
    prefix,
    concurrency: 8,
  });
  worker.on('error', (error) => log.warn({ err: error }, 'clock worker'));
  worker.on('failed', (job, error) => log.error({ err: error, cluster: job?.data.cluster }, 'a clock could not be turned'));
  return { close: () => worker.close() };
}
