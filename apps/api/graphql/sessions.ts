import type { GraphContext } from '#graphql';

/** Opens the cluster of a bearer token for one operation; undefined when the token opens none. */
export type OpenGraph = (authorization: string | undefined, requestId: string) => Promise<GraphContext | undefined>;
