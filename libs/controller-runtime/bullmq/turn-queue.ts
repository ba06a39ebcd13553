import { type ConnectionOptions, type JobsOptions, Queue } from 'bullmq';

/** What a job names, and nothing else: the log says what there is to do. */
export interface TurnJob {
  cluster: string;
  component: string;
}

/** Whether what was read from the queue is one of our jobs. */
export function isTurnJob(data: unknown): data is TurnJob {
  if (typeof data !== 'object' || data === null) return false;
  const { cluster, component } = data as Partial<TurnJob>;
  return typeof component === 'string' && typeof cluster === 'string' && /^[\w-]{1,100}$/.test(cluster);
}

/** `turn`: take a turn. `timer`: only queue one, when the delay is over. */
export type TurnJobName = 'turn' | 'timer';

/** Name of the queue of turns; its keys in Redis stand under a prefix a shard. */
export const QUEUE = 'turns';

/** Where the queues are. */
export interface TurnQueueOptions {
  /** An ioredis connection (maxRetriesPerRequest: null) or what one is made of. */
  connection: ConnectionOptions;
  /** How many queues share the clusters; the same in every process. Default 1. */
  shards?: number;
  /** Hears of lost connections. */
  onError?: (error: unknown) => void;
  /** Keeps several services apart on one Redis. Default `orrery`. */
  namespace?: string;
}

/** Key prefix of a shard: a hash tag, so that a Redis Cluster keeps a queue's keys in one slot and the shards on different nodes. */
export function shardPrefix({ namespace = 'orrery' }: TurnQueueOptions, shard: number): string {
  return `{${namespace}-turns-${shard}}`;
}

/** The shard of a cluster (FNV-1a). */
export function shardOf(cluster: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < cluster.length; index += 1) hash = Math.imul(hash ^ cluster.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % shards;
}

/** One queue a shard. */
export function openQueues(options: TurnQueueOptions): Queue<TurnJob, void, TurnJobName>[] {
  return Array.from({ length: options.shards ?? 1 }, (_, shard) => {
    const queue = new Queue<TurnJob, void, TurnJobName>(QUEUE, { connection: options.connection, prefix: shardPrefix(options, shard) });
    // Without a listener a lost connection would end the process; ioredis connects again by itself.
    return queue.on('error', (error) => options.onError?.(error));
  });
}

/**
 * A turn that is asked for while it waits runs once; while it is active, exactly once more afterwards, and never beside itself.
 */
export function turnOptions({ cluster, component }: TurnJob): JobsOptions {
  return {
    deduplication: { id: `${cluster}/${component}`, keepLastIfActive: true, replace: true },
    removeOnComplete: true,
    removeOnFail: true,
  };
}

/** A timer has an id of its own: a delayed turn would be overridden by the next wake-up. A new timer replaces the last. */
export function timerOptions({ cluster, component }: TurnJob, delay: number): JobsOptions {
  return {
    delay: Math.ceil(delay),
    deduplication: { id: `timer/${cluster}/${component}`, replace: true },
    removeOnComplete: true,
    removeOnFail: true,
  };
}
