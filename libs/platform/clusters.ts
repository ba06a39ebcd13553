import type { Instant } from '#apimachinery';
import type { Replacement, StorageAdmin } from '#storage';
import { randomId, randomSeed } from './ids.js';
import type { QuotaCache } from './quotas.js';
import {
  type Cluster,
  type NodeShape,
  OrganizationGone,
  type PlatformRecords,
  type TimingProfileName,
  type TokenRecord,
} from './records.js';
import { deriveToken, hashToken } from './tokens.js';

/** A change to the platform, sent to every process. Only a hint: a process that misses it reads the change from the tables later. */
export type PlatformEvent =
  | { type: 'tokens-revoked'; hashes: string[] }
  | { type: 'cluster-deleted'; cluster: string }
  | { type: 'quotas'; organization: string }
  | { type: 'clock'; cluster: string; now: Instant };

/** What a client may choose of a new cluster. */
export interface ClusterRequest {
  name: string;
  organizationId: string;
  nodes: NodeShape;
  profile: TimingProfileName;
  /** `stepped` starts at `startAt`, or at the machine's time. */
  clock: { mode: 'real' } | { mode: 'stepped'; startAt?: Instant };
  /** Default a random one. */
  seed?: string;
}

/** The clusters that new ones are copied from, one a shape of nodes. */
export interface ClusterTemplates {
  /** The template for these nodes, made when there is none yet; and what to replace in a copy made at `now`, with that seed. */
  of(nodes: NodeShape): Promise<{ cluster: string; replacements(now: Instant, seed: string): Replacement[] }>;
}

export interface Clusters {
  /** Usable at once when it resolves. Throws NameTaken, OrganizationGone, TooManyClusters. */
  create(request: ClusterRequest): Promise<{ cluster: Cluster; token: string }>;
  list(filter?: { organizationId?: string }): Promise<Cluster[]>;
  get(id: string): Promise<Cluster | undefined>;
  /** Every row and key of it is gone when this resolves. Whether there was one. */
  remove(id: string): Promise<boolean>;
  /** Its current token. */
  token(id: string): Promise<string | undefined>;
  /** A new token; the old one opens nothing any more. */
  rotateToken(id: string): Promise<string | undefined>;
  /** Removes what a process that died left half made or half removed, when that was more than so many milliseconds ago. */
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
  /** Removes what else is kept of a cluster, e.g. its keys in the work queue. */
  cleanUp(cluster: string): Promise<void>;
}

const newToken = (key: Buffer, clusterId: string): { record: TokenRecord; token: string } => {
  const id = randomId() + randomId();
  const token = deriveToken(key, id);
  return { record: { id, hash: hashToken(token), clusterId }, token };
};

async function create(options: ClustersOptions, request: ClusterRequest): Promise<{ cluster: Cluster; token: string }> {
  const { records, storage, templates, tokenKey, now, quotas } = options;
  const createdAt = now();
  const clock = request.clock.mode === 'real' ? request.clock : { mode: 'stepped' as const, now: request.clock.startAt ?? createdAt };
  const { organizationId, name, nodes, profile, seed = randomSeed() } = request;
  const cluster: Cluster = { id: randomId(), organizationId, name, nodes, profile, clock, seed, createdAt: new Date(createdAt) };
  const template = await templates.of(nodes);
  const { record, token } = newToken(tokenKey, cluster.id);
  const born = clock.mode === 'stepped' ? clock.now : createdAt;
  // The row comes first: it is what holds the name, and what an interrupted creation is found and removed by.
  await records.addCluster(cluster, record, (await quotas.of(organizationId)).clusters);
  try {
    await storage.copy(template.cluster, cluster.id, { replace: template.replacements(born, seed) });
    if (!(await records.clusterReady(cluster.id))) throw new OrganizationGone(organizationId);
  } catch (error) {
    await finishRemoval(options, cluster.id);
    throw error;
  }
  return { cluster, token };
}

async function finishRemoval({ records, storage, cleanUp }: ClustersOptions, id: string): Promise<void> {
  await storage.destroy(id);
  await cleanUp(id);
  await records.removeCluster(id);
}

async function remove(options: ClustersOptions, id: string): Promise<boolean> {
  const hashes = await options.records.beginRemoval(id);
  if (!hashes) return false;
  options.notify({ type: 'tokens-revoked', hashes });
  options.notify({ type: 'cluster-deleted', cluster: id });
  await finishRemoval(options, id);
  return true;
}

/** The platform's clusters. */
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
    },
  };
}
