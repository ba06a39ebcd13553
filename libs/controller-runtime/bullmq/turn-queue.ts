import { type ConnectionOptions, type JobsOptions, Queue } from 'bullmq';

/** All that a job contains: the log says what there is to do. */
export interface TurnJob {
  cluster: string;
  component: string;
}

/** Whether the data of a job is valid. */
export function isTurnJob(data: unknown): data is TurnJob {
  if (typeof data !== 'object' || data === null) return false;
  const { cluster, component } = data as Partial<TurnJob>;
  return typeof component === 'string' && typeof cluster === 'string' && /^[\w-]{1,100}$/.test(cluster);
}

/** `turn`: take a turn. `timer`: queue a turn after the delay. */
export type TurnJobName = 'turn' | 'timer';

/** Name of the queue of turns; its Redis keys have a prefix per shard. */
export const QUEUE = 'turns';

/** Where the queues are. */
export interface TurnQueueOptions {
  /** An ioredis connection (maxRetriesPerRequest: null), or its options. */
  connection: ConnectionOptions;
  /** The number of queues among which clusters are distributed; the same in every process. Default 1. */
  shards?: number;
  /** Called for lost connections. */
  onError?: (error: unknown) => void;
  /** Separates services that use the same Redis. Default `orrery`. */
  namespace?: string;
}

/** Key prefix of a shard: a hash tag, so that in a Redis Cluster the keys of a queue are in one slot and the shards on different nodes. */
export function shardPrefix({ namespace = 'orrery' }: TurnQueueOptions, shard: number): string {
  return `{${namespace}-turns-${shard}}`;
}

/** The shard of a cluster (FNV-1a). */
export function shardOf(cluster: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < cluster.length; index += 1) hash = Math.imul(hash ^ cluster.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % shards;
}

/** One queue per shard. */
export function openQueues(options: TurnQueueOptions): Queue<TurnJob, void, TurnJobName>[] {
  return Array.from({ length: options.shards ?? 1 }, (_, shard) => {
    const queue = new Queue<TurnJob, void, TurnJobName>(QUEUE, { connection: options.connection, prefix: shardPrefix(options, shard) });
    // Without a listener a lost connection would end the process; ioredis reconnects by itself.
    return queue.on('error', (error) => options.onError?.(error));
  });
}

/** A turn that is requested again while queued runs once; while active, it runs once more afterwards, and never concurrently. */
export function turnOptions({ cluster, component }: TurnJob): JobsOptions {
  return {
    deduplication: { id: `${cluster}/${component}`, keepLastIfActive: true, replace: true },
    removeOnComplete: true,
    removeOnFail: true,
  };
}

/** Timers have ids of their own, because a delayed turn would be replaced by the next wake-up. A new timer replaces the previous one. */
export function timerOptions({ cluster, component }: TurnJob, delay: number): JobsOptions {
  return {
    delay: Math.ceil(delay),
    deduplication: { id: `timer/${cluster}/${component}`, replace: true },
    removeOnComplete: true,
    removeOnFail: true,
  };
}
