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

/** The platform's tables. Look-ups answer undefined where there is no such row. */
export interface PlatformRecords {
  organizations(): Promise<Organization[]>;
  organization(idOrName: string): Promise<Organization | undefined>;
  /** Throws NameTaken. */
  addOrganization(organization: Organization): Promise<void>;
  clusters(filter: { organizationId?: string }): Promise<Cluster[]>;
  cluster(id: string): Promise<Cluster | undefined>;
  /** Cluster and token in one transaction. Throws NameTaken. */
  addCluster(cluster: Cluster, token: TokenRecord): Promise<void>;
  /** Removes the cluster's row and its tokens. Whether there was one. */
  removeCluster(id: string): Promise<boolean>;
  /** Sets a stepped cluster's time. */
  setClock(id: string, now: Instant): Promise<void>;
  tokenOfCluster(clusterId: string): Promise<TokenRecord | undefined>;
  tokenByHash(hash: string): Promise<TokenRecord | undefined>;
  /** The only token of that cluster (or, without one, of the platform) from now on. Answers the hashes it replaces. */
  replaceToken(token: TokenRecord): Promise<string[]>;
}
