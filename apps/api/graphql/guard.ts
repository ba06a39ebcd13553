import { forbidden, type StatusError } from '#apimachinery';
import { type ApiServer, locate, requestNamespace, type UserInfo } from '#apiserver';
import type { GraphAudit, History, WholeHistory } from '#graphql';
import type { StartStream } from './standing-streams.js';

/** What a user may read of what is not asked for object by object: the history and the audit log. */
export interface Guard {
  /** Throws 403 for a user who may not do everything. */
  check(): Promise<void>;
  /** Why the user may not read the object of a key; undefined if he may. What is no object of the API is read with `check` alone. */
  refusal(key: string, revision: number): Promise<Error | undefined>;
  start: StartStream;
}

const nothing = { group: '', resource: '' };

/** What throws 403 for a user who may not do everything. */
export const checkOf =
  ({ cluster: { access } }: ApiServer, user: UserInfo): Guard['check'] =>
  async () => {
    const everything = { group: '*', version: '*', resource: '*', subresource: '', namespace: '', name: '' };
    const { allowed } = await access.authorize({ user, verb: '*', resource: everything });
    if (!allowed) throw forbidden(nothing, '', `User "${user.name}" may not read the history of the whole cluster`);
  };

/** What guards a cluster's history and audit log from a user. */
export function guardOf(api: ApiServer, user: UserInfo, start: StartStream): Guard {
  const { access } = api.cluster;
  const check = checkOf(api, user);
  return {
    check,
    start,
    async refusal(key, revision) {
      const at = locate(key);
      if (at === undefined)
        return check().then(
          () => undefined,
          (error: StatusError) => error,
        );
      const resource = { ...at, namespace: requestNamespace(at), version: '*', subresource: '' };
      const { allowed } = await access.authorize({ user, verb: 'get', resource });
      // The object's name is not told: a client may ask for any revision.
      return allowed
        ? undefined
        : forbidden(nothing, '', `User "${user.name}" may not get the object that was written at revision ${revision}`);
    },
  };
}

/** A history of which users read the writes of objects that they may get, and all of it if they may do everything. */
export function guardedHistory(history: WholeHistory, { check, refusal, start }: Guard): History {
  return {
    ...history,
    async entry(revision) {
      const [entry] = await history.log(revision - 1, 1, 1);
      if (entry?.revision !== revision) return undefined;
      const refused = await refusal(entry.key, revision);
      const { wokenBy } = entry.cause;
      return refused ? { revision, refused, ...(wokenBy !== undefined && { wokenBy }) } : entry;
    },
    log: (after, limit, bytes) => check().then(() => history.log(after, limit, bytes)),
    follow: (after, onEntry, end) => check().then(() => start({ check, end, start: () => history.follow(after, onEntry, end) })),
  };
}

/** An audit log that only those see who may do everything. */
export function guardedAudit(audit: GraphAudit, { check, start }: Guard): GraphAudit {
  return {
    page: (filter, request) => check().then(() => audit.page(filter, request)),
    follow: (filter, on) =>
      check().then(() => start({ check, end: (error = ended) => on.error(error), start: () => audit.follow(filter, on) })),
  };
}

const ended = new Error('The cluster was deleted.');
