import { z } from 'zod';
import { commaList, commonConfig, portNumber } from '#hosting';

/** The worker's settings, from its environment. */
export const workerConfig = commonConfig.extend({
  /** Which components this worker runs: `kube-scheduler,kubelet`; all when empty. */
  ROLES: commaList,
  /** Where operators find /livez, /readyz and /metrics; port 0 lets the system choose. No tenant should reach it. */
  WORKER_HOST: z.string().default('127.0.0.1'),
  WORKER_PORT: portNumber.default(0),
  /** Turns at the same time. */
  WORKER_TURNS: z.coerce.number().int().min(1).max(256).default(16),
  /** Bytes that the clusters a worker has open may take together. */
  WORKER_CACHE_BYTES: z.coerce
    .number()
    .int()
    .min(1_000_000)
    .default(256 * 1024 * 1024),
});

export type WorkerConfig = z.infer<typeof workerConfig>;
