import type { GraphSession } from '#graphql';
import type { Caller, Presented } from '../kubernetes/caller.js';

/** Whose graph is asked for: credentials as the Kubernetes API takes them, and where they come from. */
export interface GraphRequest extends Pick<Presented, 'socket'> {
  authorization: string | undefined;
  userAgent?: string | undefined;
  address?: string | undefined;
  /** The id of the cluster; only a token of the platform opens its cluster without it. */
  cluster?: string | undefined;
}

/** The graph's user in its cluster. */
type GraphCaller = Caller & Required<Pick<Caller, 'user'>>;

/** The caller of a request; undefined if its credentials open no cluster. */
export type IdentifyGraph = (request: GraphRequest) => Promise<GraphCaller | undefined>;

/** Opens a cluster for one operation; undefined if the credentials open none. */
export type OpenGraph = (request: GraphRequest, requestId: string) => Promise<GraphSession | undefined>;

/** The message for a client without credentials of a cluster. */
export const unauthenticated = {
  message:
    'A bearer token of a cluster is needed: it stands in the cluster’s kubeconfig. A token of the platform, one of a ServiceAccount and a client certificate open the cluster that the address names: /graphql?cluster=ID.',
  extensions: { code: 'UNAUTHENTICATED' },
};

/** The cluster that a query names: `/graphql?cluster=ID`. */
export function clusterIn(query: unknown): string | undefined {
  const { cluster } = query as { cluster?: unknown };
  return typeof cluster === 'string' ? cluster : undefined;
}
