import type { GraphSession } from './context.js';
import type { GraphCreatedCluster } from './created-cluster.js';
import type { GraphFaultRequest } from './faults.js';

/** An owner of clusters. */
export interface GraphOrganization {
  id: string;
  name: string;
  default: boolean;
  quotas: object;
}

/** What clusters of an organization can be made from. Its other fields, and those of its nodes, are shown as they are (template-types.ts). */
export interface GraphTemplate {
  name: string;
  nodes: readonly object[];
  faults?: readonly GraphFaultRequest[];
  /** Those of a template in a list are read if they are asked for. */
  manifests?: string | (() => Promise<string | undefined>);
  createdAt: string;
}

/** A cluster of an organization. */
export interface GraphCluster {
  id: string;
  name: string;
  server: string;
  profile: string;
  seed: string;
  createdAt: string;
  clock: object;
  revision(): Promise<number>;
  /** Its graph as its administrator sees it; throws where its API server does not answer, or it is gone. */
  open(): Promise<GraphSession>;
}

/** Which clusters are meant: by id or name, those behind one of that id. */
export interface ClusterSelection {
  named?: readonly string[];
  after?: string;
  limit: number;
}

/**
 * The organizations of the platform: above its clusters, so only with its own token. Requests are validated where they are carried out, as
 * those of the platform's REST API.
 */
export interface GraphOrganizations {
  /** By id or name; by default the owner of the cluster. */
  show(named?: string): Promise<GraphOrganization>;
  /** By name. */
  clusters(organization: string, selection: ClusterSelection): Promise<readonly GraphCluster[]>;
  templates(organization: string): Promise<readonly GraphTemplate[]>;
  template(organization: string, name: string): Promise<GraphTemplate | undefined>;
  /** Creates or replaces it. */
  storeTemplate(organization: string, name: string, content: object): Promise<GraphTemplate>;
  /** Whether there was one. */
  deleteTemplate(organization: string, name: string): Promise<boolean>;
  /** One cluster, or as many as the request counts. */
  createClusters(request: object): Promise<readonly GraphCreatedCluster[]>;
}
