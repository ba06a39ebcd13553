import type { Instant } from '#apimachinery';
import type { CopyOptions, Replacement, StorageAdmin } from '#storage';
import { type ClockRequest, type ClusterClock, newClock, timeOf } from './cluster-clock.js';
import { randomId, randomSeed, snapshotStore } from './ids.js';
import type { QuotaCache } from './quotas.js';
import {
  type Cluster,
  OrganizationGone,
  type PlatformRecords,
  type StartingState,
  type TimingProfileName,
  type TokenRecord,
} from './records.js';
import { featuresOf } from './templates.js';
import { deriveToken, hashToken } from './tokens.js';

/** A change to the platform, sent to every process. A process that misses it reads the change from the tables later. */
export type PlatformEvent =
  | { type: 'tokens-revoked'; hashes: string[] }
  | { type: 'cluster-deleted'; cluster: string }
  | { type: 'quotas'; organization: string }
  /** Its clock was changed, or its objects were restored: what is kept about it in memory may be wrong. */
  | { type: 'cluster-changed'; cluster: string; clock: ClusterClock; restored: boolean }
  | { type: 'clock'; cluster: string; now: Instant };

/** What a client may choose for a new cluster. */
export interface ClusterRequest {
  name: string;
  organizationId: string;
  start: StartingState;
  /** The template that this is the starting state of. */
  templateId?: string;
  profile: TimingProfileName;
  /** Starts at the machine's time unless it says otherwise. */
  clock: ClockRequest;
  /** Default a random one. */
  seed?: string;
}

/** The clusters that new ones are copied from, one per starting state. */
export interface ClusterTemplates {
  /** The cluster of a starting state, built if necessary, and what to replace in a copy created at `now` with that seed. */
  of(start: StartingState): Promise<{ cluster: string; replacements(now: Instant, seed: string): Replacement[] }>;
}

export interface Clusters {
  /** Resolves when it is usable. Throws NameTaken, OrganizationGone, TooManyClusters. */
  create(request: ClusterRequest): Promise<{ cluster: Cluster; token: string }>;
  list(filter?: { organizationId?: string }): Promise<Cluster[]>;
  get(id: string): Promise<Cluster | undefined>;
  /** Resolves when all its rows and keys are removed. Returns whether it existed. */
  remove(id: string): Promise<boolean>;
  /** Its current token. */
  token(id: string): Promise<string | undefined>;
  /** A new token; the old one is revoked. */
  rotateToken(id: string): Promise<string | undefined>;
  /**
   * Removes clusters and snapshots whose creation or removal was interrupted more than the given milliseconds ago, and templates that have
   * been replaced for so long and that no cluster was made from.
   */
  sweep(age: number): Promise<void>;
}

export interface ClustersOptions {
  records: PlatformRecords;
  storage: StorageAdmin;
  templates: ClusterTemplates;
  /** The installation's key, from which tokens are derived. */
  tokenKey: Buffer;
  quotas: Pick<QuotaCache, 'of'>;
  /** The machine's time. */
  now: () => Instant;
  notify(event: PlatformEvent): void;
  /** Removes other data of a cluster, e.g. its keys in the work queue. */
  cleanUp(cluster: string): Promise<void>;
}

const newToken = (key: Buffer, clusterId: string): { record: TokenRecord; token: string } => {
  const id = randomId() + randomId();
  const token = deriveToken(key, id);
  return { record: { id, hash: hashToken(token), clusterId }, token };
};

async function create(options: ClustersOptions, request: ClusterRequest): Promise<{ cluster: Cluster; token: string }> {
  const { templates, now } = options;
  const createdAt = now();
  const clock = newClock(request.clock, createdAt, createdAt);
  const { organizationId, name, start, templateId, profile, seed = randomSeed() } = request;
  const { named: _, ...nodes } = start.nodes;
  const features = featuresOf(start);
  const cluster: Cluster = {
    id: randomId(),
    ...{ organizationId, name, nodes, profile, clock, seed },
    ...(templateId !== undefined && { templateId }),
    ...(Object.keys(features).length > 0 && { features }),
    createdAt: new Date(createdAt),
  };
  const template = await templates.of(start);
  const replace = template.replacements(timeOf(clock, createdAt), seed);
  const token = await addCopy(options, cluster, { from: template.cluster, replace });
  return { cluster, token };
}

/** Adds a cluster whose objects are copied; returns its token. Throws NameTaken, OrganizationGone, TooManyClusters. */
export async function addCopy(
  options: ClustersOptions,
  cluster: Cluster,
  { from, ...copy }: CopyOptions & { from: string },
): Promise<string> {
  const { records, storage, tokenKey, quotas } = options;
  const { organizationId } = cluster;
  const { record, token } = newToken(tokenKey, cluster.id);
  // The row is inserted first: it reserves the name, and through it an interrupted creation is found and removed.
  await records.addCluster(cluster, record, (await quotas.of(organizationId)).clusters);
  try {
    await storage.copy(from, cluster.id, copy);
    if (!(await records.clusterReady(cluster.id))) throw new OrganizationGone(organizationId);
  } catch (error) {
    await finishRemoval(options, cluster.id);
    throw error;
  }
  return token;
}

async function finishRemoval({ records, storage, cleanUp }: ClustersOptions, id: string): Promise<void> {
  for (const snapshot of await records.snapshotIds(id)) await storage.destroy(snapshotStore(snapshot));
  await storage.destroy(id);
  await cleanUp(id);
  await records.removeCluster(id);
}

async function remove(options: ClustersOptions, id: string): Promise<boolean> {
  const hashes = await options.records.beginRemoval(id);
  if (!hashes) return false;
  // In this order, so that what is open is told why it ends.
  options.notify({ type: 'cluster-deleted', cluster: id });
  options.notify({ type: 'tokens-revoked', hashes });
  await finishRemoval(options, id);
  return true;
}

/** Creates, lists and deletes the platform's clusters. */
export function createClusters(options: ClustersOptions): Clusters {
  const { records, tokenKey, notify } = options;
  return {
    create: (request) => create(options, request),
    list: (filter = {}) => records.clusters(filter),
    get: (id) => records.cluster(id),
    remove: (id) => remove(options, id),
    async token(id) {
      const record = await records.tokenOfCluster(id);
      return record && deriveToken(tokenKey, record.id);
    },
    async rotateToken(id) {
      if (!(await records.cluster(id))) return undefined;
      const { record, token } = newToken(tokenKey, id);
      const hashes = await records.replaceToken(record);
      notify({ type: 'tokens-revoked', hashes });
      return token;
    },
    async sweep(age) {
      for (const id of await records.unfinished(new Date(options.now() - age))) {
        await records.beginRemoval(id);
        await finishRemoval(options, id);
      }
      for (const id of await records.unfinishedSnapshots(new Date(options.now() - age))) {
        await options.storage.destroy(snapshotStore(id));
        await records.removeSnapshot(id);
      }
      await records.removeFormerTemplates(new Date(options.now() - age));
    },
  };
}
