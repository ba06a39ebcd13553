import type { GraphSession } from '#graphql';

/** Opens the cluster of a bearer token for one operation; undefined when the token opens none. */
export type OpenGraph = (authorization: string | undefined, requestId: string) => Promise<GraphSession | undefined>;

/** What a client without a token of a cluster is told. */
export const unauthenticated = {
  message: 'A bearer token of a cluster is needed: it stands in the cluster’s kubeconfig.',
  extensions: { code: 'UNAUTHENTICATED' },
};
