import type { OpenApis } from '#hosting';
import type { Access } from '#platform';
import { authenticated, callerOf } from '../kubernetes/caller.js';
import { isReference } from '../platform/ids.js';
import type { IdentifyGraph } from './sessions.js';

/**
 * Identifies the graph's callers as the Kubernetes API does, by tokens of the platform and by what the cluster that is named authenticates:
 * its own tokens, and client certificates. There are no anonymous ones.
 */
export function graphIdentifier({ access, apis }: { access: Access; apis: OpenApis }): IdentifyGraph {
  return async ({ authorization, socket, cluster: named }) => {
    if (named !== undefined && !isReference(named)) return undefined;
    const presented = { headers: authorization === undefined ? {} : { authorization }, socket };
    const bearer = await callerOf(access, presented, named);
    const open = bearer && (apis.peek(bearer.cluster) ?? (await apis.open(bearer.cluster)));
    const caller = open && (await authenticated(open, bearer, presented));
    return caller?.user && { ...caller, user: caller.user };
  };
}
