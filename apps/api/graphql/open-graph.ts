import { inProcessClient, KUBERNETES_VERSION } from '#apiserver';
import type { AuditLog } from '#audit';
import { type ClusterStore } from '#cacher';
import type { GraphAudit, History } from '#graphql';
import type { OpenApis } from '#hosting';
import type { Access } from '#platform';
import type { StorageAdmin } from '#storage';
import { clusterAdmin } from '../kubernetes/cluster-admin.js';
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

/** Opens the cluster of a token; undefined for any other token. */
export function graphOpener({ access, apis, admin, audit }: GraphParts): OpenGraph {
  return async (authorization, requestId, { userAgent = '', address = '' } = {}) => {
    const token = /^Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1];
    const grant = token === undefined ? undefined : await access.grantOf(token);
    if (grant?.scope !== 'cluster') return undefined;
    const open = await apis.open(grant.cluster);
    if (!open) return undefined;
    const origin = { id: requestId, uri: '/graphql', userAgent, address };
    const client = inProcessClient(open.api, { user: () => clusterAdmin, requestId: () => requestId, origin: () => origin });
    const history = historyOf(admin.open(grant.cluster), open.api.cluster.store);
    const { storages, yaml } = open.api.cluster;
    const cluster = { id: grant.cluster, gitVersion: KUBERNETES_VERSION.gitVersion };
    return { client, history, audit: auditOf(audit, grant.cluster), cluster, served: storages.served(), requestId, yaml };
  };
}
