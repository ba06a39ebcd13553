import type { YamlDecoder } from '#api/yaml';
import type { ApiServer, FlowLimits, WorkShare } from '#apiserver';
import type { AuditLog } from '#audit';
import type { ClusterStores, HeldStore } from '#cacher';
import { clusterApi, machineTimers } from '#cluster';
import { type Cluster, type ClusterKeys, DEFAULT_QUOTAS, type PlatformRecords, type QuotaCache, type Quotas, standsStill } from '#platform';
import type { StorageAdmin } from '#storage';
import { SHARE_LIMITS } from '../limits.js';
import type { ComponentCounts } from '../metrics/component-counts.js';
import type { WebhookConnections } from '../webhooks/webhook-connections.js';
import type { ClusterClocks } from './cluster-clocks.js';

/** A cluster's API that is open in this process. */
export interface OpenApi {
  readonly cluster: Cluster;
  readonly api: ApiServer;
}

/** The APIs that are open in this process. An idle one is closed: everything it holds can be read again. */
export interface OpenApis {
  /** The API, if it is open: saves an asynchronous step on the hot path. */
  peek(cluster: string): OpenApi | undefined;
  /** Undefined if the cluster does not exist. */
  open(cluster: string): Promise<OpenApi | undefined>;
  /** Closes what has not been used since the call before last. To be called about twice a minute. */
  tidy(): void;
  /** The record of this cluster, or of any of them, may have changed: the next request opens it anew. Watches go on. */
  reopen(cluster?: string): void;
  /** The cluster was deleted: closes it at once, including its watches. */
  forget(cluster: string): void;
  readonly size: number;
  close(): void;
}

export interface OpenApisOptions {
  admin: Pick<StorageAdmin, 'open'>;
  records: Pick<PlatformRecords, 'cluster'>;
  stores: ClusterStores;
  clocks: ClusterClocks;
  /** host:port as clients reach this server. */
  serverAddress: string;
  quotas: Pick<QuotaCache, 'of' | 'remembered'>;
  keys: ClusterKeys;
  /** Divides the event loop among all tenants of the process. */
  share: WorkShare;
  /** Converts YAML bodies to JSON. */
  yaml: YamlDecoder;
  /** The connections to webhooks outside. */
  webhooks: WebhookConnections;
  /** Keeps what happens to requests. */
  audit: Pick<AuditLog, 'sinkOf'>;
  /** What components count, in whatever process. */
  counts: Pick<ComponentCounts, 'of'>;
}

interface Entry extends OpenApi {
  held: HeldStore;
  used: boolean;
}

/** The limits of flow control under quotas that may change: asked for several times by each request. */
function limitsOf(quotas: () => Quotas): () => FlowLimits {
  let current = quotas();
  let limits = { ...SHARE_LIMITS, ...current };
  return () => {
    if (quotas() === current) return limits;
    current = quotas();
    limits = { ...SHARE_LIMITS, ...current };
    return limits;
  };
}

class ProcessOpenApis implements OpenApis {
  private readonly entries = new Map<string, Entry>();
  private readonly opening = new Map<string, Promise<OpenApi | undefined>>();

  constructor(private readonly options: OpenApisOptions) {}

  get size(): number {
    return this.entries.size;
  }

  peek(cluster: string): OpenApi | undefined {
    const entry = this.entries.get(cluster);
    if (entry) entry.used = true;
    // Reads the time of a clock that is advanced elsewhere first: the message may be late or lost.
    return entry && standsStill(entry.cluster.clock) ? undefined : entry;
  }

  async open(cluster: string): Promise<OpenApi | undefined> {
    const entry = this.entries.get(cluster);
    if (entry) {
      entry.used = true;
      await this.readClock(entry.cluster, entry.held);
      return entry;
    }
    let opening = this.opening.get(cluster);
    if (!opening) {
      opening = this.make(cluster).finally(() => this.opening.delete(cluster));
      this.opening.set(cluster, opening);
    }
    return opening;
  }

  private async make(id: string): Promise<OpenApi | undefined> {
    const { records, stores, clocks, serverAddress, quotas, share, yaml, keys, webhooks, audit, counts } = this.options;
    const cluster = await records.cluster(id);
    if (!cluster) return undefined;
    await quotas.of(cluster.organizationId);
    const flowLimits = limitsOf(() => quotas.remembered(cluster.organizationId) ?? DEFAULT_QUOTAS);
    const clock = clocks.of(cluster);
    const held = stores.acquire(id);
    await this.readClock(cluster, held).catch((error: unknown) => {
      held.release();
      throw error;
    });
    const prefix = `/clusters/${id}`;
    const api = clusterApi({
      store: held.store,
      clock,
      seed: cluster.seed,
      timers: machineTimers,
      serviceAccountKey: () => keys.of(id).serviceAccount(),
      clientAuthority: async () => (await keys.of(id).clientAuthority()).certificate,
      prefix,
      serverAddress,
      flowLimits,
      share,
      yaml,
      outside: webhooks.of(id),
      audit: audit.sinkOf(id),
      metrics: (component) => counts.of(id, component),
      ...(cluster.features?.version !== undefined && { version: cluster.features.version }),
    });
    const entry = { cluster, api, held, used: true };
    this.entries.set(id, entry);
    return entry;
  }

  /** The clock's time and the cluster's revision: random values are derived from both. */
  private async readClock({ id, clock }: Cluster, { store }: HeldStore): Promise<void> {
    if (!standsStill(clock)) return;
    const { now, revision } = await this.options.admin.open(id).clock();
    store.heard(revision);
    if (now !== undefined) this.options.clocks.turned(id, now);
  }

  reopen(cluster?: string): void {
    for (const [id, entry] of this.entries) if (cluster === undefined || id === cluster) this.drop(id, entry);
  }

  tidy(): void {
    for (const [id, entry] of this.entries) {
      if (entry.used) entry.used = false;
      else this.drop(id, entry);
    }
  }

  forget(cluster: string): void {
    const entry = this.entries.get(cluster);
    if (entry) this.drop(cluster, entry);
    this.options.stores.forget(cluster);
    this.options.clocks.forget(cluster);
  }

  close(): void {
    for (const [id, entry] of this.entries) this.drop(id, entry);
  }

  private drop(id: string, entry: Entry): void {
    // A running request or watch has its own reference: the store stays open while there are watchers or writes.
    this.entries.delete(id);
    entry.held.release();
  }
}

/** The APIs of this process's clusters. */
export function openApis(options: OpenApisOptions): OpenApis {
  return new ProcessOpenApis(options);
}
