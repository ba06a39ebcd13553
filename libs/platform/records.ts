import type { Instant } from '#apimachinery';
import type { Revision } from '#storage';
import type { ClockRequest, ClusterClock } from './cluster-clock.js';
import type { Quotas } from './quotas.js';

/** Who owns clusters. */
export interface Organization {
  id: string;
  name: string;
  /** The organization to use if none is given. */
  isDefault: boolean;
  /** The quotas that were set; for the others the defaults apply (quotasOf). */
  quotas: Partial<Quotas>;
  createdAt: Date;
}

/** The number and size of a cluster's nodes (Kubernetes quantities). The first one is the control plane. */
export interface NodeShape {
  count: number;
  /** Those that run the control plane; default one. */
  controlPlanes?: number;
  cpu: string;
  memory: string;
  pods: number;
}

/** One node with what is special about it; the rest is as in its cluster's NodeShape. */
export interface NamedNode {
  name: string;
  role: 'control-plane' | 'worker';
  cpu?: string;
  memory?: string;
  pods?: number;
  labels?: Readonly<Record<string, string>>;
  taints?: ReadonlyArray<{ key: string; value?: string; effect: string }>;
  zone?: string;
  region?: string;
  version?: string;
}

/** What a cluster has besides its nodes. */
export interface ClusterFeatures {
  /** The version of Kubernetes that it shows; default that of the API. */
  version?: string;
  /** Whether the nodes are machines of a cloud. */
  cloud?: boolean;
  /** What provisions volumes. */
  storage?: 'local-path';
}

/** What a cluster starts with, and is reset to. */
export interface StartingState extends ClusterFeatures {
  nodes: NodeShape & { named?: readonly NamedNode[] };
  /** Objects besides those of every cluster: YAML or JSON. */
  manifests?: string;
  /** What is broken from the beginning. */
  faults?: ReadonlyArray<{ type: string } & Readonly<Record<string, string | number>>>;
}

/** A named starting state of an organization, and what its clusters have unless a request says otherwise. */
export interface Template {
  id: string;
  organizationId: string;
  name: string;
  start: StartingState;
  defaults: { profile?: TimingProfileName; clock?: ClockRequest };
  createdAt: Date;
}

export type TimingProfileName = 'realistic' | 'instant';

/** One simulated control plane. `id` identifies it in URLs, keys and rows; `name` is unique in its organization. */
export interface Cluster {
  id: string;
  organizationId: string;
  name: string;
  nodes: NodeShape;
  profile: TimingProfileName;
  clock: ClusterClock;
  /** What its names, uids, addresses and ports are derived from; not secret, and never changed. */
  seed: string;
  /** The template that it was made from. */
  templateId?: string;
  features?: ClusterFeatures;
  createdAt: Date;
}

/** A named copy of a cluster's objects. */
export interface Snapshot {
  id: string;
  clusterId: string;
  name: string;
  /** The cluster's revision and time when it was made. */
  revision: Revision;
  at: Instant;
  createdAt: Date;
}

/** What is stored of a bearer token, which itself is not. A record without a cluster is the platform's. */
export interface TokenRecord {
  id: string;
  /** SHA-256 of the token, hex. */
  hash: string;
  clusterId?: string;
}

/** The name is taken: by another organization, or another cluster or template of the organization, or another snapshot of the cluster. */
export class NameTaken extends Error {}

/** The organization has as many templates as it may have. */
export class TooManyTemplates extends Error {
  constructor(readonly limit: number) {
    super(`the organization has ${limit} templates, as many as it may have`);
  }
}

/** The cluster has reached its quota of snapshots. */
export class TooManySnapshots extends Error {
  constructor(readonly limit: number) {
    super(`the cluster has ${limit} snapshots, as many as the quota of its organization allows`);
  }
}

/** The organization no longer exists. */
export class OrganizationGone extends Error {}

/** The organization has reached its quota of clusters. */
export class TooManyClusters extends Error {
  constructor(readonly limit: number) {
    super(`the organization has ${limit} clusters, as many as its quota allows`);
  }
}

/** The range of a cluster's time: years of four digits, as required by the API's time format. */
export const EARLIEST: Instant = Date.UTC(1970, 0, 1);
export const LATEST: Instant = Date.UTC(9999, 11, 31, 23, 59, 59);

/** A stored time, clamped to the range: older programs have stored others. */
export function boundedInstant(stored: unknown): Instant {
  const instant = Number(stored);
  return Number.isNaN(instant) ? EARLIEST : Math.min(Math.max(instant, EARLIEST), LATEST);
}

/** Lookups return undefined if there is no such row. */
export interface OrganizationRecords {
  organizations(): Promise<Organization[]>;
  organization(idOrName: string): Promise<Organization | undefined>;
  defaultOrganization(): Promise<Organization | undefined>;
  /** The first one becomes the default. Throws NameTaken. */
  addOrganization(organization: Omit<Organization, 'isDefault'>): Promise<Organization>;
  setQuotas(id: string, quotas: Partial<Quotas>): Promise<void>;
  setDefaultOrganization(id: string): Promise<void>;
  /**
   * Hides it and accepts no more clusters for it; if it was the default, the oldest other one becomes the default. Returns whether it
   * existed.
   */
  beginOrganizationRemoval(id: string): Promise<boolean>;
  /** Removes its row, if it has no clusters left. */
  removeOrganization(id: string): Promise<void>;
  /** Organizations whose removal was interrupted. */
  unfinishedOrganizations(): Promise<string[]>;
  /** All clusters of an organization, including those that are being created or removed. */
  clusterIds(organizationId: string): Promise<string[]>;
}

/**
 * Lookups return undefined if there is no such row. A cluster is visible from the moment it is ready until its removal begins; before and
 * after, only `unfinished` returns it.
 */
export interface ClusterRecords {
  clusters(filter: { organizationId?: string }): Promise<Cluster[]>;
  cluster(id: string): Promise<Cluster | undefined>;
  /** Inserts a cluster that is being created, and its token; reserves the name. Throws NameTaken, OrganizationGone, TooManyClusters. */
  addCluster(cluster: Cluster, token: TokenRecord, most: number): Promise<void>;
  /** Makes a created cluster visible. False if its removal has begun in the meantime. */
  clusterReady(id: string): Promise<boolean>;
  /** Hides it and removes its tokens. Returns their hashes; undefined if it does not exist. */
  beginRemoval(id: string): Promise<string[] | undefined>;
  /** Removes its row. */
  removeCluster(id: string): Promise<void>;
  /** Clusters whose creation or removal was interrupted: those created before the given time that are not ready. */
  unfinished(madeBefore: Date): Promise<string[]>;
  /** Sets the time of a cluster whose clock is stepped. Throws a RangeError if it is out of range. */
  setClock(id: string, now: Instant): Promise<void>;
  /** Replaces a cluster's clock. */
  changeClock(id: string, clock: ClusterClock): Promise<void>;
}

/** Snapshots are visible when they are ready; `snapshotIds` and `unfinishedSnapshots` return the others too. */
export interface SnapshotRecords {
  /** Oldest first. */
  snapshots(clusterId: string): Promise<Snapshot[]>;
  snapshot(clusterId: string, name: string): Promise<Snapshot | undefined>;
  /** Inserts a snapshot that is being made; reserves the name. Throws NameTaken, TooManySnapshots. */
  addSnapshot(snapshot: Snapshot, most: number): Promise<void>;
  /** Makes it visible. False if it or its cluster has been removed in the meantime. */
  snapshotReady(id: string): Promise<boolean>;
  removeSnapshot(id: string): Promise<void>;
  snapshotIds(clusterId: string): Promise<string[]>;
  /** Those that were begun before the given time and are not ready. */
  unfinishedSnapshots(madeBefore: Date): Promise<string[]>;
}

/** Templates are never changed: one that is replaced or removed is kept, without its name, while clusters were made from it. */
export interface TemplateRecords {
  /** By name, without their manifests: those of one may be half a megabyte. */
  templates(organizationId: string): Promise<Template[]>;
  templateNamed(organizationId: string, name: string): Promise<Template | undefined>;
  /** Also one that was replaced or removed. */
  template(id: string): Promise<Template | undefined>;
  /** Throws NameTaken, TooManyTemplates, OrganizationGone. */
  addTemplate(template: Template, most: number): Promise<void>;
  /** Puts it in the place of the template of its name. Returns whether there was one. */
  replaceTemplate(template: Template): Promise<boolean>;
  /** Returns whether there was one. */
  removeTemplate(organizationId: string, name: string): Promise<boolean>;
  /** Removes those that were replaced or removed before the given time and that no cluster was made from. */
  removeFormerTemplates(before: Date): Promise<void>;
}

export interface TokenRecords {
  tokenOfCluster(clusterId: string): Promise<TokenRecord | undefined>;
  tokenByHash(hash: string): Promise<TokenRecord | undefined>;
  /** Makes it the only token of its cluster (or, without one, of the platform). Returns the hashes that it replaces. */
  replaceToken(token: TokenRecord): Promise<string[]>;
}

/** The private keys that a cluster has: for ServiceAccount tokens, and the CA for client certificates. */
export type KeyName = 'service_account' | 'client_authority';

export interface KeyRecords {
  /** One of the cluster's keys, sealed. */
  clusterKey(clusterId: string, name: KeyName): Promise<string | undefined>;
  /**
   * Stores a sealed key if the cluster has none of that name, or has the one given as `instead`. Returns the one that is stored then;
   * undefined if there is no such cluster.
   */
  keepClusterKey(clusterId: string, name: KeyName, key: { sealed: string; instead?: string }): Promise<string | undefined>;
}

/** The platform's tables. */
export interface PlatformRecords extends OrganizationRecords, ClusterRecords, SnapshotRecords, TemplateRecords, TokenRecords, KeyRecords {}

/** Throws a RangeError for an invalid or out-of-range time. */
export function checkInstant(now: Instant): void {
  if (!(now >= EARLIEST && now <= LATEST)) throw new RangeError(`${now} is out of range for a clock`);
}
