import { systemClock } from '#apimachinery';
import type { AuditLog } from '#audit';
import { clusterTemplates } from '#cluster';
import {
  acceptInThread,
  type Backends,
  buildId,
  buildInThread,
  type CertificateAuthority,
  clockTurner,
  type Log,
  type Metrics,
  type OpenApis,
  type PlatformRuntime,
  turnKeys,
} from '#hosting';
import {
  type Access,
  type ClusterKeys,
  type Clusters,
  createAccess,
  createClockModes,
  createClusters,
  createCopies,
  createOrganizations,
  createTemplates,
  createTransfers,
  hashToken,
  type Organizations,
  type QuotaCache,
  type Transfers,
} from '#platform';
import { CLOCK } from '#storage';
import { ClockFeed } from './clock-feed.js';
import { openClusterApis, QUEUED } from './cluster-apis.js';
import { type ApiConfig, publicOrigin } from './config.js';
import { followRoles } from './follow-roles.js';
import { ClusterCopies } from './platform/cluster-copies.js';
import { ClusterTime } from './platform/cluster-time.js';
import { foreignHeader } from './platform/foreign-header.js';
import { NewClusters } from './platform/new-clusters.js';
import { OrganizationTemplates } from './platform/organization-templates.js';
import { Past } from './platform/past.js';
import type { ClusterAddress } from './platform/views.js';
import { StandingSessions } from './standing-sessions.js';

/** The parts used by the platform's REST API and the Kubernetes endpoint. */
export interface PlatformServices {
  access: Access;
  clusters: Clusters;
  /** Forks, snapshots, restores and resets clusters. */
  clusterCopies: ClusterCopies;
  /** Shows and turns the clocks of clusters. */
  time: ClusterTime;
  /** Tells when clocks move. */
  feed: ClockFeed;
  keys: ClusterKeys;
  organizations: Organizations;
  /** What clusters of organizations can be made from. */
  organizationTemplates: OrganizationTemplates;
  newClusters: NewClusters;
  /** Clusters as files. */
  transfers: Transfers;
  address: ClusterAddress;
  /** What the logs of clusters tell. */
  past: Past;
  apis: OpenApis;
  /** What happened to the requests of all clusters. */
  audit: AuditLog;
  /** Open watches and WebSockets, which end with their token, cluster or roles. */
  sessions: StandingSessions;
  runtime: PlatformRuntime;
  /** Each organization's quotas. */
  quotas: QuotaCache;
  close(): Promise<void>;
}

export interface PlatformOptions {
  config: ApiConfig;
  log: Log;
  backends: Backends;
  authority: CertificateAuthority;
  /** What kubeconfigs trust, PEM; undefined: the CAs of the client's system. */
  ca: string | undefined;
  metrics: Metrics;
  adminToken: string;
  tokenKey: string;
}

const TIDY_EVERY = 30_000;
/** A creation or removal that is older than this and not complete is taken to be abandoned (ms). */
const unfinishedAge = 60_000;

/** Makes this token the only one that gives access to the platform. */
async function replacePlatformToken(records: Backends['records'], token: string): Promise<void> {
  const hash = hashToken(token);
  const known = await records.tokenByHash(hash);
  if (!known) await records.replaceToken({ id: `platform-${hash.slice(0, 12)}`, hash });
}

type Cached = Pick<PlatformServices, 'access' | 'sessions' | 'runtime'>;

/** Drops what this process has cached about tokens when they change, and ends the sessions that depended on them. */
function followTokens({ access, sessions, runtime }: Cached, { records }: Backends, log: Log): void {
  runtime.subscribe({
    onCommit: () => undefined,
    onEvent(event) {
      if (event.type === 'tokens-revoked') {
        access.forget(event.hashes);
        sessions.revoked(event.hashes);
      }
      if (event.type === 'cluster-deleted') sessions.deleted(event.cluster);
    },
    onGap() {
      access.forget();
      const opens = async (hash: string) => (await records.tokenByHash(hash)) !== undefined;
      sessions.verify(opens).catch((error: unknown) => log.warn({ err: error }, 'open sessions could not be verified'));
    },
  });
}

type Tidied = Pick<PlatformServices, 'clusters' | 'organizations' | 'apis'>;

/** Completes abandoned creations and removals, now and at intervals, and counts open clusters. Returns a function that stops it. */
function startTidying({ clusters, organizations, apis }: Tidied, { metrics, log }: PlatformOptions): () => void {
  const sweep = () =>
    void Promise.all([clusters.sweep(unfinishedAge), organizations.sweep()]).catch((error: unknown) =>
      log.warn({ err: error }, 'completing interrupted removals failed'),
    );
  const timer = setInterval(() => {
    metrics.openClusters(apis.size);
    sweep();
  }, TIDY_EVERY);
  timer.unref();
  sweep();
  return () => clearInterval(timer);
}

/** What is needed to create the registries of clusters and organizations. */
interface TenancyParts {
  runtime: PlatformRuntime;
  quotas: QuotaCache;
  removeTurnKeys(cluster: string): Promise<void>;
  componentNames: readonly string[];
  /** Requests turns of all components. */
  wake(cluster: string): void;
}

function openTenancy(options: PlatformOptions, { runtime, quotas, removeTurnKeys, componentNames, wake }: TenancyParts) {
  const { config, backends, authority, tokenKey } = options;
  const { ORRERY_MAX_NODES: maxNodes } = config;
  const { admin, records } = backends;
  const { now } = systemClock;
  const { notify } = runtime.events;
  const rootCA = authority.certificate;
  const templates = clusterTemplates({ admin, rootCA, version: buildId(), build: buildInThread, now });
  const key = Buffer.from(tokenKey);
  const making = { records, storage: admin, templates, tokenKey: key, quotas, now, notify, cleanUp: removeTurnKeys };
  const clusters = createClusters(making);
  const organizations = createOrganizations({ records, clusters, now, notify });
  const startingStates = createTemplates({ records, templates, now });
  const copying = { ...making, components: componentNames, wake };
  return {
    clusters,
    clusterCopies: new ClusterCopies({ copies: createCopies(copying), clusters }),
    transfers: createTransfers({ ...copying, foreign: { header: foreignHeader, accept: acceptInThread } }),
    clockModes: createClockModes({ records, storage: admin, notify, now, wake }),
    organizations,
    organizationTemplates: new OrganizationTemplates({ templates: startingStates, maxNodes }),
    newClusters: new NewClusters({ clusters, organizations, templates: startingStates, maxNodes }),
  };
}

/** Opens the platform in this process. */
export async function openPlatform(options: PlatformOptions): Promise<PlatformServices> {
  const { config, log, backends, adminToken } = options;
  const { admin, records, queueConnection: connection } = backends;
  const access = createAccess({ records, now: systemClock.now });
  const [opened] = await Promise.all([openClusterApis(options), replacePlatformToken(records, adminToken)]);
  const { apis, audit, keys, quotas, runtime, wakeups } = opened;
  const origin = publicOrigin(config);
  const sessions = new StandingSessions(followRoles(apis));
  followTokens({ access, sessions, runtime }, backends, log);
  const turns = turnKeys({ connection }, [...QUEUED.map(({ name }) => name), CLOCK]);
  const componentNames = QUEUED.map(({ name }) => name);
  const wake = (cluster: string) => {
    for (const name of componentNames) wakeups.wake(cluster, name);
  };
  const tenancy = openTenancy(options, { runtime, quotas, removeTurnKeys: turns.remove, componentNames, wake });
  const { clusters, organizations, clockModes } = tenancy;
  const past = new Past(apis, admin);
  const clock = clockTurner({ admin, records, wake: (cluster, component) => wakeups.wake(cluster, component) });
  const feed = new ClockFeed();
  runtime.subscribe(feed);
  const stopTidying = startTidying({ clusters, organizations, apis }, options);
  return {
    access,
    ...tenancy,
    keys,
    address: { ca: options.ca, serverOf: (id) => `${origin}/clusters/${id}` },
    past,
    time: new ClusterTime({ clusters, clock, clockModes, past, apis }),
    feed,
    apis,
    audit,
    sessions,
    runtime,
    quotas,
    async close() {
      stopTidying();
      await Promise.all([opened.close(), turns.close()]);
    },
  };
}
