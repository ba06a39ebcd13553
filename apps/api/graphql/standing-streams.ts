import { StatusError } from '#apimachinery';
import { type ApiServer, attributesOfAccess, forbiddenError, type UserInfo } from '#apiserver';
import type { Client } from '#client';
import type { StandingSessions } from '../standing-sessions.js';

/** A stream of a subscription, to be ended when its user is no longer authorized. */
interface Stream {
  /** Throws the StatusError with which the stream ends. */
  check(): Promise<void>;
  start(): Promise<() => void>;
  end(error?: Error): void;
}

/** Starts a stream; resolves to a function that stops it. */
export type StartStream = (stream: Stream) => Promise<() => void>;

/** Streams that are checked again whenever the cluster's roles or bindings change, as watches over HTTP are. */
export function standingStreams(sessions: StandingSessions, cluster: string, user: UserInfo): StartStream {
  return async ({ check, start, end }) => {
    const stop = await start();
    if (user.groups.includes('system:masters')) return stop;
    let refusal: StatusError | undefined;
    const allowed = () =>
      check().then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof StatusError) || error.status.code !== 403) throw error;
          refusal = error;
          return false;
        },
      );
    const close = () => {
      stop();
      end(refusal);
    };
    const forget = sessions.open({ cluster, allowed, close });
    return () => {
      forget();
      stop();
    };
  };
}

/** A client whose watches end when its user may no longer watch. */
export function watchingClient(client: Client, { start, api, user }: { start: StartStream; api: ApiServer; user: UserInfo }): Client {
  const watch: Client['watch'] = (resource, query, handler) => {
    const { group, version, resource: plural } = resource;
    const asked = { group, version, resource: plural, subresource: '', namespace: query.namespace ?? '', name: '' };
    const access = { user, verb: 'watch', resource: asked };
    return start({
      start: () => client.watch(resource, query, handler),
      end: (error) => handler.end(error),
      async check() {
        const { allowed, reason } = await api.cluster.access.authorize(access);
        if (!allowed) throw forbiddenError(attributesOfAccess(access), reason);
      },
    });
  };
  return Object.assign(Object.create(client) as Client, { watch });
}
