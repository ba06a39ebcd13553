import type { Instant } from '#apimachinery';
import type { Quotas } from './quotas.js';

/** Who owns clusters. */
export interface Organization {
  id: string;
  name: string;
  /** The one that is meant where none is named. */
  isDefault: boolean;
  /** What was set; the others are the defaults (quotasOf). */
  quotas: Partial<Quotas>;
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
  /** What its names, uids, addresses and ports are drawn from; no secret of it. It stays the cluster's own for good. */
  seed: string;
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

/** The organization is not there any more. */
export class OrganizationGone extends Error {}

/** The organization has as many clusters as it may have. */
export class TooManyClusters extends Error {
  constructor(readonly limit: number) {
    super(`the organization has ${limit} clusters, as many as its quota allows`);
  }
}

/** What a cluster's time may be: years of four digits, which is what the API's times are written with. */
export const EARLIEST: Instant = Date.UTC(1970, 0, 1);
export const LATEST: Instant = Date.UTC(9999, 11, 31, 23, 59, 59);

/** A time as it was stored, brought within its bounds: older programs have stored others. */
export function boundedInstant(stored: unknown): Instant {
  const instant = Number(stored);
  return Number.isNaN(instant) ? EARLIEST : Math.min(Math.max(instant, EARLIEST), LATEST);
}

/**
 * The platform's tables. Look-ups answer undefined where there is no such row. A cluster is seen from the moment it is ready until its
 * removal begins; before and after only `unfinished` tells of it.
 */
export interface PlatformRecords {
  organizations(): Promise<Organization[]>;
  organization(idOrName: string): Promise<Organization | undefined>;
  defaultOrganization(): Promise<Organization | undefined>;
  /** The first one becomes the default. Throws NameTaken. */
  addOrganization(organization: Omit<Organization, 'isDefault'>): Promise<Organization>;
  setQuotas(id: string, quotas: Partial<Quotas>): Promise<void>;
  setDefaultOrganization(id: string): Promise<void>;
  /** From now on it is not seen, it gets no more clusters, and if it was the default the oldest other one is. Whether there was one. */
  beginOrganizationRemoval(id: string): Promise<boolean>;
  /** Removes its row, if no cluster of it is left. */
  removeOrganization(id: string): Promise<void>;
  /** Organizations whose removal was broken off. */
  unfinishedOrganizations(): Promise<string[]>;
  /** All clusters of an organization, those that are being made and removed too. */
  clusterIds(organizationId: string): Promise<string[]>;
  clusters(filter: { organizationId?: string }): Promise<Cluster[]>;
  cluster(id: string): Promise<Cluster | undefined>;
  /** A cluster that is being made, and its token: its name is taken from now on. Throws NameTaken, OrganizationGone, TooManyClusters. */
  addCluster(cluster: Cluster, token: TokenRecord, most: number): Promise<void>;
  /** It is made: from now on it is seen. False when its removal has begun meanwhile. */
  clusterReady(id: string): Promise<boolean>;
  /** From now on it is not seen and its tokens are gone. Answers their hashes; undefined where there is none. */
  beginRemoval(id: string): Promise<string[] | undefined>;
  /** Removes its row. */
  removeCluster(id: string): Promise<void>;
  /** Clusters whose making or removal was broken off: those that were made before then and are not ready. */
  unfinished(madeBefore: Date): Promise<string[]>;
  /** Sets a stepped cluster's time. Throws a RangeError for one that is out of bounds. */
  setClock(id: string, now: Instant): Promise<void>;
  tokenOfCluster(clusterId: string): Promise<TokenRecord | undefined>;
  tokenByHash(hash: string): Promise<TokenRecord | undefined>;
  /** The only token of that cluster (or, without one, of the platform) from now on. Answers the hashes it replaces. */
  replaceToken(token: TokenRecord): Promise<string[]>;
}

/** Throws a RangeError for a time that is none, or out of bounds. */
export function checkInstant(now: Instant): void {
  if (!(now >= EARLIEST && now <= LATEST)) throw new RangeError(`${now} is no time a clock can show`);
}
