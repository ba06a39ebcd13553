import { unauthorized } from '#apimachinery';
import type { AuditLog } from '#audit';
import { type ClusterStore } from '#cacher';
import { KUBERNETES_VERSION } from '#component-base';
import type { GraphAudit, GraphSession, WholeHistory } from '#graphql';
import { revisionAt } from '#history';
import type { OpenApi, OpenApis } from '#hosting';
import type { StorageAdmin } from '#storage';
import { explained, mustReadRoles } from '../explain.js';
import { clusterAdmin } from '../kubernetes/cluster-admin.js';
import type { LargeRequests } from '../kubernetes/large-requests.js';
import type { StandingSessions } from '../standing-sessions.js';
import { graphFaults } from './graph-faults.js';
import { type GraphOrganizationParts, graphOrganizations } from './graph-organizations.js';
import { graphRequests } from './graph-requests.js';
import { graphScheduling } from './graph-scheduling.js';
import { type GraphTimeParts, graphTime } from './graph-time.js';
import { guardedAudit, guardedHistory, guardOf } from './guard.js';
import type { GraphRequest, IdentifyGraph, OpenGraph } from './sessions.js';
import { standingStreams, watchingClient } from './standing-streams.js';

/** The cluster's log for the graph: past entries are read from the store, new ones come from a watch. */
function historyOf(storage: ReturnType<StorageAdmin['open']>, store: ClusterStore): WholeHistory {
  const log: WholeHistory['log'] = (after, limit, bytes) => storage.log({ after, limit, bytes });
  const revision = () => store.revision();
  return {
    log,
    revision,
    oldest: () => storage.compactRevision(),
    revisionAt: async (time) => revisionAt({ log, revision }, { time, oldest: await storage.compactRevision() }),
    follow: (after, onEntry, onEnd) =>
      store.watch('/registry/', after, {
        event: ({ type, revision, current, previous, cause, at }) =>
          onEntry({
            type,
            revision,
            key: current.key,
            value: current.value,
            cause,
            at,
            ...(previous && { previousRevision: previous.revision }),
          }),
        end: onEnd,
      }),
  };
}

/** The cluster's part of the audit log. */
function auditOf(log: AuditLog, cluster: string): GraphAudit {
  return {
    page: (filter, request) => log.page(cluster, filter, request),
    follow: (filter, on) => log.follow(cluster, filter, on),
  };
}

interface GraphParts extends GraphTimeParts, GraphOrganizationParts {
  large: LargeRequests;
  identify: IdentifyGraph;
  apis: OpenApis;
  admin: StorageAdmin;
  audit: AuditLog;
  sessions: StandingSessions;
}

/** Who asks, and in which request. */
interface Asking {
  caller: Pick<Awaited<ReturnType<IdentifyGraph>> & object, 'user' | 'platform'>;
  request: GraphRequest;
  requestId: string;
}

/** A cluster as a caller sees it, with the kinds that it serves now, by whichever process they were defined. */
async function sessionOf(parts: GraphParts, open: OpenApi, asking: Asking): Promise<GraphSession> {
  const { apis, admin, audit, sessions, large } = parts;
  const { caller, request, requestId } = asking;
  const { api } = open;
  const { id } = open.cluster;
  const { user } = caller;
  const { storages, yaml, store } = api.cluster;
  await storages.catchUp();
  const { userAgent = '', address = '' } = request;
  const start = standingStreams(sessions, id, user);
  const platform = caller.platform === true;
  const guard = guardOf(api, user, start);
  const { client, transaction } = graphRequests(api, { user, requestId, userAgent, address });
  const openOther = async (other: string): Promise<GraphSession | undefined> => {
    const opened = apis.peek(other) ?? (await apis.open(other));
    return opened && sessionOf(parts, opened, { ...asking, caller: { user: clusterAdmin, ...(platform && { platform }) } });
  };
  return {
    client: watchingClient(client, { start, api, user }),
    transaction,
    history: guardedHistory(historyOf(admin.open(id), store), guard),
    audit: guardedAudit(auditOf(audit, id), guard),
    access: { explain: (question) => mustReadRoles(api, user).then(() => explained(api, question, user)) },
    faults: graphFaults(api, guard),
    time: graphTime(parts, { open, user, requestId, ...guard, platform }),
    organizations: graphOrganizations(parts, { open, platform, openOther }),
    cluster: { id, name: open.cluster.name, gitVersion: open.cluster.features?.version ?? KUBERNETES_VERSION.gitVersion },
    viewer: JSON.stringify([user, platform]),
    now: () => api.cluster.clock.now(),
    scheduling: graphScheduling(api, guard.check),
    get served() {
      return storages.served();
    },
    requestId,
    yaml,
    async workElsewhere(work) {
      const answer = await large.work(id, { work, user, requestId, userAgent, address });
      if (answer === 'gone') throw unauthorized();
      return answer;
    },
  };
}

/** Opens the cluster of a caller. */
export function graphOpener(parts: GraphParts): OpenGraph {
  const { identify, apis } = parts;
  return async (request, requestId) => {
    const caller = await identify(request);
    const open = caller && (apis.peek(caller.cluster) ?? (await apis.open(caller.cluster)));
    return open && sessionOf(parts, open, { caller, request, requestId });
  };
}
