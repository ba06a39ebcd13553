import { bearerTokenOf } from '#apiserver';
import type { OpenApis } from '#hosting';
import type { Access } from '#platform';
import { authenticated, type Caller, callerOf, type Presented } from '../kubernetes/caller.js';
import { clusterAdmin } from '../kubernetes/cluster-admin.js';
import { isReference } from '../platform/ids.js';
import type { IdentifyGraph } from './sessions.js';

/** Whoever has the platform's token may do everything in the cluster that is named. */
async function platformCaller(
  access: Access,
  presented: Pick<Presented, 'headers'>,
  named: string | undefined,
): Promise<Caller | undefined> {
  const token = named === undefined ? undefined : bearerTokenOf(presented);
  const grant = token === undefined ? undefined : (access.remembered(token) ?? (await access.grantOf(token)));
  if (named === undefined || grant?.scope !== 'platform') return undefined;
  return { cluster: named, user: clusterAdmin, tokenHash: grant.hash, platform: true };
}

/**
 * Identifies the graph's callers as the Kubernetes API does, by tokens of the platform and by what the cluster that is named authenticates:
 * its own tokens, and client certificates. There are no anonymous ones. The platform's own token opens each cluster that is named.
 */
export function graphIdentifier({ access, apis }: { access: Access; apis: OpenApis }): IdentifyGraph {
  return async ({ authorization, socket, cluster: named }) => {
    if (named !== undefined && !isReference(named)) return undefined;
    const presented = { headers: authorization === undefined ? {} : { authorization }, socket };
    const bearer = (await platformCaller(access, presented, named)) ?? (await callerOf(access, presented, named));
    const open = bearer && (apis.peek(bearer.cluster) ?? (await apis.open(bearer.cluster)));
    const caller = open && (await authenticated(open, bearer, presented));
    return caller?.user && { ...caller, user: caller.user };
  };
}
