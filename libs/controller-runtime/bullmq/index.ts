export type { ClusterHomes } from './cluster-homes.js';
export { openQueues, shardOf, shardPrefix, type TurnQueueOptions } from './turn-queue.js';
export { createWakeups, type Wakeups, type WakeupsOptions } from './wakeups.js';
export { createWorkerHost, type WorkerHost, type WorkerHostOptions } from './worker-host.js';
