import { setImmediate } from 'node:timers/promises';
import { systemClock } from '#apimachinery';
import { type AuditLog, createAuditLog } from '#audit';
import { components, machineTimers } from '#cluster';
import { createWakeups, type Wakeups } from '#controller-runtime/bullmq';
import {
  AllowedHosts,
  type Backends,
  ComponentCounts,
  type Log,
  machineShare,
  type OpenApis,
  openApis,
  type PlatformRuntime,
  platformRuntime,
  WebhookConnections,
  wakeOnCommit,
  YamlThreads,
} from '#hosting';
import { type ClusterKeys, createClusterKeys, createQuotaCache, DEFAULT_QUOTAS, type QuotaCache } from '#platform';
import { type ApiConfig, publicOrigin } from './config.js';

/** How often APIs of idle clusters are closed (ms). */
const TIDY_EVERY = 30_000;

const etcd = { name: 'etcd', interests: () => false };

/** Whose turns are requested: the components of clusters, and what expires leases. */
export const QUEUED = [...components, etcd];

/** The APIs of clusters in one thread of a process, and what they need. */
export interface ClusterApis {
  apis: OpenApis;
  /** What happened to the requests of all clusters. */
  audit: AuditLog;
  keys: ClusterKeys;
  /** Each organization's quotas. */
  quotas: QuotaCache;
  runtime: PlatformRuntime;
  wakeups: Wakeups;
  close(): Promise<void>;
}

export interface ClusterApisOptions {
  config: ApiConfig;
  log: Log;
  backends: Backends;
  tokenKey: string;
}

/**
 * Opens the APIs. They follow what other threads and processes do to their clusters, wake the components after their own writes, and those
 * of idle clusters are closed.
 */
export async function openClusterApis({ config, log, backends, tokenKey }: ClusterApisOptions): Promise<ClusterApis> {
  const { admin, records, bus, redis, queueConnection: connection } = backends;
  const { now } = systemClock;
  const quotas = createQuotaCache({ read: async (id) => (await records.organization(id))?.quotas, now });
  const wakeups = createWakeups({ connection, components: QUEUED, onError: (error) => log.warn({ err: error }, 'wake-up failed') });
  const runtime = await platformRuntime({ backends, log });
  const { stores, clocks } = runtime;
  const yaml = new YamlThreads();
  const keys = createClusterKeys({ records, installationKey: Buffer.from(tokenKey), now });
  const serverAddress = new URL(publicOrigin(config)).host;
  const webhooks = new WebhookConnections(new AllowedHosts(config.ORRERY_WEBHOOK_HOSTS));
  const audit = createAuditLog({
    store: backends.audit,
    now,
    after: machineTimers.after,
    giveWay: setImmediate,
    bytes: DEFAULT_QUOTAS.auditBytes,
    failed: (error) => log.warn({ err: error }, 'storing audit events failed; it will be tried again'),
  });
  const counts = new ComponentCounts({ bus, ask: (channel, message) => redis.publish(channel, message), after: machineTimers.after });
  const shared = { admin, records, stores, clocks, serverAddress, quotas, keys, yaml, webhooks, audit, counts };
  const apis = openApis({ ...shared, share: machineShare() });
  runtime.subscribe({
    onCommit: wakeOnCommit(wakeups),
    onEvent(event) {
      if (event.type === 'cluster-deleted') apis.forget(event.cluster);
      if (event.type === 'cluster-changed') apis.reopen(event.cluster);
      if (event.type === 'quotas') quotas.forget(event.organization);
    },
    onGap() {
      quotas.forget();
      apis.reopen();
    },
  });
  const tidying = setInterval(() => apis.tidy(), TIDY_EVERY);
  tidying.unref();
  return {
    apis,
    audit,
    keys,
    quotas,
    runtime,
    wakeups,
    async close() {
      clearInterval(tidying);
      apis.close();
      await audit.close().catch((error: unknown) => log.warn({ err: error }, 'the last audit events could not be stored'));
      runtime.close();
      await Promise.all([wakeups.flushed().then(() => wakeups.close()), yaml.close(), counts.close()]);
    },
  };
}
