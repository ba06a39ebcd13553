import { z } from 'zod';
import { commaList, commonConfig, portNumber } from '#hosting';

/** The worker's settings, from its environment. */
export const workerConfig = commonConfig.extend({
  /** The components that this worker runs: `kube-scheduler,kubelet`; all if empty. */
  ROLES: commaList,
  /** Where operators find /livez, /readyz and /metrics; port 0 lets the system choose. No tenant should reach it. */
  WORKER_HOST: z.string().default('127.0.0.1'),
  WORKER_PORT: portNumber.default(0),
  /** Concurrent turns. */
  WORKER_TURNS: z.coerce.number().int().min(1).max(256).default(16),
  /** Maximum bytes of all clusters that are open in a worker. */
  WORKER_CACHE_BYTES: z.coerce
    .number()
    .int()
    .min(1_000_000)
    .default(256 * 1024 * 1024),
});

export type WorkerConfig = z.infer<typeof workerConfig>;
