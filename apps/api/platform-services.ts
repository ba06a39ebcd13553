import { systemClock } from '#apimachinery';
import { WorkShare } from '#apiserver';
import { clusterTemplates, components } from '#cluster';
import { createWakeups } from '#controller-runtime/bullmq';
import {
  type Backends,
  buildId,
  buildInThread,
  type CertificateAuthority,
  type ClockTurner,
  clockTurner,
  type Log,
  type Metrics,
  type OpenApis,
  openApis,
  type PlatformRuntime,
  platformRuntime,
  SHARE_LIMITS,
  turnKeys,
  wakeOnCommit,
  YamlThreads,
} from '#hosting';
import {
  type Access,
  type Clusters,
  createAccess,
  createClusters,
  createOrganizations,
  createQuotaCache,
  hashToken,
  type Organizations,
  type PlatformEvent,
  type QuotaCache,
} from '#platform';
import { CLOCK } from '#storage';
import { type ApiConfig, publicOrigin } from './config.js';
import { followRoles } from './follow-roles.js';
import type { ClusterAddress } from './platform/views.js';
import { StandingSessions } from './standing-sessions.js';

/** What the platform's REST API and the Kubernetes endpoint stand on. */
export interface PlatformServices {
  access: Access;
  clusters: Clusters;
  organizations: Organizations;
  address: ClusterAddress;
  clock: ClockTurner;
  apis: OpenApis;
  /** What stands open, to be ended with its token, cluster or roles. */
  sessions: StandingSessions;
  runtime: PlatformRuntime;
  /** What each organization may use. */
  quotas: QuotaCache;
  /** Nodes that a cluster may have. */
  maxNodes: number;
  close(): Promise<void>;
}

export interface PlatformOptions {
  config: ApiConfig;
  log: Log;
  backends: Backends;
  authority: CertificateAuthority;
  metrics: Metrics;
  adminToken: string;
  tokenKey: string;
}

const tidyEvery = 30_000;
/** How old what is half made or half removed has to be until nobody is taken to be at it any more. */
const unfinishedAge = 60_000;
const etcd = { name: 'etcd', interests: () => false };

/** The platform's token opens the platform from now on, and no other does. */
async function enthrone(records: Backends['records'], token: string): Promise<void> {
  const hash = hashToken(token);
  const known = await records.tokenByHash(hash);
  if (!known) await records.replaceToken({ id: `platform-${hash.slice(0, 12)}`, hash });
}

/** Opens the platform in this process. */
export async function openPlatform(options: PlatformOptions): Promise<PlatformServices> {
  const { config, log, backends, authority, metrics, adminToken, tokenKey } = options;
  const { admin, records, queueConnection } = backends;
  const access = createAccess({ records, now: systemClock.now });
  const quotas = createQuotaCache({ read: async (id) => (await records.organization(id))?.quotas, now: systemClock.now });
  const all = [...components, etcd];
  const wakeups = createWakeups({
    connection: queueConnection,
    components: all,
    onError: (error) => log.warn({ err: error }, 'wake-up failed'),
  });
  let apis: OpenApis | undefined;
  let sessions: StandingSessions | undefined;
  const onEvent = (event: PlatformEvent) => {
    if (event.type === 'tokens-revoked') {
      access.forget(event.hashes);
      sessions?.revoked(event.hashes);
    }
    if (event.type === 'cluster-deleted') {
      sessions?.deleted(event.cluster);
      apis?.forget(event.cluster);
    }
    if (event.type === 'quotas') quotas.forget(event.organization);
  };
  const onGap = () => {
    access.forget();
    quotas.forget();
    const opens = async (hash: string) => (await records.tokenByHash(hash)) !== undefined;
    sessions?.verify(opens).catch((error: unknown) => log.warn({ err: error }, 'open sessions could not be verified'));
  };
  const [runtime] = await Promise.all([
    platformRuntime({ backends, log, onCommit: wakeOnCommit(wakeups), onEvent, onGap }),
    enthrone(records, adminToken),
  ]);
  const origin = publicOrigin(config);
  const share = new WorkShare({
    immediate: setImmediate,
    after: (milliseconds, callback) => void setTimeout(callback, milliseconds),
    now: () => performance.now(),
    slice: SHARE_LIMITS.slice,
  });
  const serverAddress = new URL(origin).host;
  const yaml = new YamlThreads();
  const opened = openApis({ admin, records, stores: runtime.stores, clocks: runtime.clocks, serverAddress, quotas, share, yaml });
  apis = opened;
  const standing = new StandingSessions(followRoles(opened));
  sessions = standing;
  const keys = turnKeys({ connection: queueConnection }, [...all.map(({ name }) => name), CLOCK]);
  const clock = clockTurner({ admin, records, wake: (cluster, component) => wakeups.wake(cluster, component) });
  const clusters = createClusters({
    records,
    storage: admin,
    templates: clusterTemplates({
      admin,
      rootCA: authority.certificate,
      version: buildId(),
      build: buildInThread,
      now: systemClock.now,
    }),
    tokenKey: Buffer.from(tokenKey),
    quotas,
    now: systemClock.now,
    notify: runtime.events.notify,
    cleanUp: keys.remove,
  });
  const organizations = createOrganizations({ records, clusters, now: systemClock.now, notify: runtime.events.notify });
  const sweep = () =>
    void Promise.all([clusters.sweep(unfinishedAge), organizations.sweep()]).catch((error: unknown) =>
      log.warn({ err: error }, 'finishing broken-off removals failed'),
    );
  const timer = setInterval(() => {
    opened.tidy();
    metrics.openClusters(opened.size);
    sweep();
  }, tidyEvery);
  timer.unref();
  sweep();
  return {
    access,
    clusters,
    organizations,
    address: { ca: authority.certificate, serverOf: (id) => `${origin}/clusters/${id}` },
    clock,
    apis: opened,
    sessions: standing,
    runtime,
    quotas,
    maxNodes: config.ORRERY_MAX_NODES,
    async close() {
      clearInterval(timer);
      opened.close();
      runtime.close();
      await Promise.all([wakeups.flushed().then(() => wakeups.close()), keys.close(), yaml.close()]);
    },
  };
}
