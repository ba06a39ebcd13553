import type { GraphSession } from '#graphql';

/**
 * Opens the cluster of a bearer token for one operation; undefined if the token opens none. A token that only its cluster knows, such as a
 * ServiceAccount's, needs the id of the `cluster`.
 */
export type OpenGraph = (
  authorization: string | undefined,
  requestId: string,
  from?: { userAgent?: string; address?: string; cluster?: string },
) => Promise<GraphSession | undefined>;

/** The message for a client without a cluster's token. */
export const unauthenticated = {
  message: 'A bearer token of a cluster is needed: it stands in the cluster’s kubeconfig.',
  extensions: { code: 'UNAUTHENTICATED' },
};
