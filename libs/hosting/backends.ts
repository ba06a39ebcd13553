import type { ConnectionOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { AuditStore } from '#audit';
import { postgresAuditStore } from '#audit/postgres';
import type { Bus } from '#cacher/bus';
import { redisBus } from '#cacher/redis-bus';
import { DEFAULT_QUOTAS, type PlatformRecords } from '#platform';
import { prismaRecords } from '#platform/prisma';
import type { StorageAdmin } from '#storage';
import { postgresStorage } from '#storage/postgres';
import { connectPostgres, connectRedis } from './connections.js';
import type { HealthChecks } from './health.js';
import type { Log } from './logging.js';
import { meteredStorage } from './metrics/metered-storage.js';
import type { Metrics } from './metrics/metrics.js';
import { patientRecords } from './patient-records.js';
import { diskCheck, watchWrites } from './writes.js';

/** The servers that hold the service's state: PostgreSQL with the objects and the platform's tables, Redis with messages and queues. */
export interface Backends {
  readonly admin: StorageAdmin;
  readonly records: PlatformRecords;
  readonly audit: AuditStore;
  readonly bus: Bus;
  readonly redis: Redis;
  /** For BullMQ, which opens additional connections for blocking commands. */
  readonly queueConnection: ConnectionOptions;
  /** PostgreSQL is required; what is lost in Redis is found again by other means. */
  readonly checks: HealthChecks;
  close(): Promise<void>;
}

/** Connects to both. Throws ConfigError with a one-line message if one cannot be reached. */
export async function openBackends(
  config: { DATABASE_URL: string; REDIS_URL: string; DATABASE_POOL: number; ORRERY_HOME: string },
  metrics: Metrics,
  log: Log,
): Promise<Backends> {
  const [pool, redis] = await Promise.all([
    connectPostgres(config.DATABASE_URL, config.DATABASE_POOL, log),
    connectRedis(config.REDIS_URL, log),
  ]);
  const records = patientRecords(prismaRecords(pool));
  const writes = watchWrites(pool);
  const disk = diskCheck(config.ORRERY_HOME);
  const bus = redisBus({ url: config.REDIS_URL, onError: (error) => log.warn({ err: error }, 'bus') });
  return {
    admin: meteredStorage(postgresStorage(pool), metrics, writes.failed),
    records,
    audit: postgresAuditStore(pool, { bytes: DEFAULT_QUOTAS.auditBytes, minutes: DEFAULT_QUOTAS.auditMinutes }),
    bus,
    redis,
    queueConnection: redis,
    checks: {
      required: { postgres: writes.check, ...(disk && { disk }) },
      optional: {
        async redis() {
          // A command would wait for the connection.
          if (redis.status !== 'ready') throw new Error(`the connection is ${redis.status}`);
          await redis.ping();
        },
      },
    },
    async close() {
      await Promise.allSettled([bus.close(), records.close(), redis.quit()]);
      await pool.end();
    },
  };
}
