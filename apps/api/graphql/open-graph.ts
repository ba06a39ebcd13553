import { forbidden } from '#apimachinery';
import { type ApiServer, inProcessClient, KUBERNETES_VERSION, type UserInfo } from '#apiserver';
import type { AuditLog } from '#audit';
import { type ClusterStore } from '#cacher';
import type { GraphAudit, History } from '#graphql';
import type { OpenApi, OpenApis } from '#hosting';
import type { Access } from '#platform';
import type { StorageAdmin } from '#storage';
import { bearerToken } from '../authenticate-first.js';
import { explained, mustReadRoles } from '../explain.js';
import { unlessRefused } from '../kubernetes/caller.js';
import { clusterAdmin } from '../kubernetes/cluster-admin.js';
import { isReference } from '../platform/ids.js';
import type { OpenGraph } from './sessions.js';

/** The cluster's log for the graph: past entries are read from the store, new ones come from a watch. */
function historyOf(storage: ReturnType<StorageAdmin['open']>, store: ClusterStore): History {
  return {
    log: (after, limit) => storage.log({ after, limit }),
    revision: () => store.revision(),
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

interface GraphParts {
  access: Access;
  apis: OpenApis;
  admin: StorageAdmin;
  audit: AuditLog;
}

/** Whose graph it is: a cluster, and its user. */
interface Whose {
  open: OpenApi;
  user: UserInfo;
}

/** The cluster and the user of a token: of a token of the platform, or of one of the cluster that the request names. */
async function whoseGraph(
  { access, apis }: GraphParts,
  authorization: string | undefined,
  named: string | undefined,
): Promise<Whose | undefined> {
  const token = bearerToken(authorization);
  if (token === undefined) return undefined;
  const grant = await access.grantOf(token);
  const cluster = grant?.scope === 'cluster' ? grant.cluster : grant === undefined ? named : undefined;
  if (cluster === undefined || (named !== undefined && named !== cluster) || !isReference(cluster)) return undefined;
  const open = await apis.open(cluster);
  if (!open) return undefined;
  if (grant) return { open, user: clusterAdmin };
  const user = await unlessRefused(open.api.authenticate({ headers: { authorization } }));
  return user && { open, user };
}

/** Throws 403 for a user who may not do everything: history and audit show what is in every object. */
async function mustDoEverything({ cluster: { access } }: ApiServer, user: UserInfo): Promise<void> {
  const everything = { group: '*', version: '*', resource: '*', subresource: '', namespace: '', name: '' };
  const { allowed } = await access.authorize({ user, verb: '*', resource: everything });
  if (!allowed) throw forbidden({ group: '', resource: '' }, '', `User "${user.name}" may not read the history of the whole cluster`);
}

function guardedHistory(history: History, check: () => Promise<void>): History {
  return {
    log: (after, limit) => check().then(() => history.log(after, limit)),
    revision: () => history.revision(),
    follow: (after, onEntry, onEnd) => check().then(() => history.follow(after, onEntry, onEnd)),
  };
}

function guardedAudit(audit: GraphAudit, check: () => Promise<void>): GraphAudit {
  return {
    page: (filter, request) => check().then(() => audit.page(filter, request)),
    follow: (filter, on) => check().then(() => audit.follow(filter, on)),
  };
}

/** Opens the cluster of a token; undefined for any other token. */
export function graphOpener(parts: GraphParts): OpenGraph {
  const { admin, audit } = parts;
  return async (authorization, requestId, { userAgent = '', address = '', cluster: named } = {}) => {
    const whose = await whoseGraph(parts, authorization, named);
    if (!whose) return undefined;
    const { open, user } = whose;
    const { id } = open.cluster;
    const { storages, yaml, store } = open.api.cluster;
    const origin = { id: requestId, uri: '/graphql', userAgent, address };
    const check = () => mustDoEverything(open.api, user);
    return {
      client: inProcessClient(open.api, { user: () => user, requestId: () => requestId, origin: () => origin }),
      history: guardedHistory(historyOf(admin.open(id), store), check),
      audit: guardedAudit(auditOf(audit, id), check),
      access: { explain: (question) => mustReadRoles(open.api, user).then(() => explained(open.api, question, user)) },
      cluster: { id, gitVersion: KUBERNETES_VERSION.gitVersion },
      served: storages.served(),
      requestId,
      yaml,
    };
  };
}
