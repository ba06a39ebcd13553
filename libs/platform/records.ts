import type { Instant } from '#apimachinery';

/** Who owns clusters. */
export interface Organization {
  id: string;
  name: string;
  createdAt: Date;
}

/** How many machines a cluster has, and how big each is (Kubernetes quantities). The first one is the control plane. */
export interface NodeShape {
  count: number;
  cpu: string;
  memory: string;
  pods: number;
}

export type TimingProfileName = 'realistic' | 'instant';

/** A cluster's time: the machine's, or one that stands still until it is advanced. */
export type ClusterClock = { mode: 'real' } | { mode: 'stepped'; now: Instant };

/** One simulated control plane. `id` is its place in URLs, keys and rows; `name` is unique in its organization. */
export interface Cluster {
  id: string;
  organizationId: string;
  name: string;
  nodes: NodeShape;
  profile: TimingProfileName;
  clock: ClusterClock;
  createdAt: Date;
}

/** What is kept of a bearer token: never the token. One without a cluster is the platform's. */
export interface TokenRecord {
  id: string;
  /** SHA-256 of the token, hex. */
  hash: string;
  clusterId?: string;
}

/** The name is taken in this organization. */
export class NameTaken extends Error {}

/**
 * The platform's tables. Look-ups answer undefined where there is no such row. A cluster is seen from the moment it is ready until its
 * removal begins; before and after only `unfinished` tells of it.
 */
export interface PlatformRecords {
  organizations(): Promise<Organization[]>;
  organization(idOrName: string): Promise<Organization | undefined>;
  /** Throws NameTaken. */
  addOrganization(organization: Organization): Promise<void>;
  clusters(filter: { organizationId?: string }): Promise<Cluster[]>;
  cluster(id: string): Promise<Cluster | undefined>;
  /** A cluster that is being made, and its token: its name is taken from now on. Throws NameTaken. */
  addCluster(cluster: Cluster, token: TokenRecord): Promise<void>;
  /** It is made: from now on it is seen. */
  clusterReady(id: string): Promise<void>;
  /** From now on it is not seen and its tokens are gone. Answers their hashes; undefined where there is none. */
  beginRemoval(id: string): Promise<string[] | undefined>;
  /** Removes its row. */
  removeCluster(id: string): Promise<void>;
  /** Clusters whose making or removal was broken off: those that were made before then and are not ready. */
  unfinished(madeBefore: Date): Promise<string[]>;
  /** Sets a stepped cluster's time. */
  setClock(id: string, now: Instant): Promise<void>;
  tokenOfCluster(clusterId: string): Promise<TokenRecord | undefined>;
  tokenByHash(hash: string): Promise<TokenRecord | undefined>;
  /** The only token of that cluster (or, without one, of the platform) from now on. Answers the hashes it replaces. */
  replaceToken(token: TokenRecord): Promise<string[]>;
}
