import type { Socket } from 'node:net';
import type { ConnectionLimiter } from '#hosting';
import type { Access } from '#platform';
import { bearerToken } from '../authenticate-first.js';
import type { StandingSessions } from '../standing-sessions.js';

/** Registers a WebSocket that was opened with a token; `close` is called when the token becomes invalid. */
export type NoteSocket = (authorization: string | undefined, socket: Socket, close: () => void) => Promise<(() => void) | undefined>;

/**
 * Registers the graph's WebSockets with the standing sessions. Undefined if the token is not a cluster's, or its tenant has too many
 * connections.
 */
export function socketSessions({
  access,
  sessions,
  connections,
}: {
  access: Access;
  sessions: StandingSessions;
  connections: ConnectionLimiter;
}): NoteSocket {
  return async (authorization, socket, close) => {
    const token = bearerToken(authorization);
    const grant = token === undefined ? undefined : await access.grantOf(token);
    if (grant?.scope !== 'cluster' || !connections.authenticated(socket, grant.cluster)) return undefined;
    return sessions.open({ cluster: grant.cluster, tokenHash: grant.hash, close });
  };
}
