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

/** A change to the platform, sent to every process. A process that misses it reads the change from the tables later. */
export type PlatformEvent =
  | { type: 'tokens-revoked'; hashes: string[] }
  | { type: 'cluster-deleted'; cluster: string }
  | { type: 'quotas'; organization: string }
  | { type: 'clock'; cluster: string; now: Instant };

/** What a client may choose for a new cluster. */
export interface ClusterRequest {
  name: string;
  organizationId: string;
  nodes: NodeShape;
  profile: TimingProfileName;
  /** `stepped` starts at `startAt`, default the machine's time. */
  clock: { mode: 'real' } | { mode: 'stepped'; startAt?: Instant };
  /** Default a random one. */
  seed?: string;
}

/** The clusters that new ones are copied from, one per node shape. */
export interface ClusterTemplates {
  /** The template for these nodes, created if necessary, and what to replace in a copy created at `now` with that seed. */
  of(nodes: NodeShape): Promise<{ cluster: string; replacements(now: Instant, seed: string): Replacement[] }>;
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
  /** Removes clusters whose creation or removal was interrupted more than the given milliseconds ago. */
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
  const { records, storage, templates, tokenKey, now, quotas } = options;
  const createdAt = now();
  const clock = request.clock.mode === 'real' ? request.clock : { mode: 'stepped' as const, now: request.clock.startAt ?? createdAt };
  const { organizationId, name, nodes, profile, seed = randomSeed() } = request;
  const cluster: Cluster = { id: randomId(), organizationId, name, nodes, profile, clock, seed, createdAt: new Date(createdAt) };
  const template = await templates.of(nodes);
  const { record, token } = newToken(tokenKey, cluster.id);
  const born = clock.mode === 'stepped' ? clock.now : createdAt;
  // The row is inserted first: it reserves the name, and through it an interrupted creation is found and removed.
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
    },
  };
}
