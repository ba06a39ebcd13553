import type { Socket } from 'node:net';
import type { ConnectionLimiter } from '#hosting';
import type { EndReason, StandingSessions } from '../standing-sessions.js';
import type { GraphRequest, IdentifyGraph } from './sessions.js';
import { socketLimits } from './socket-limits.js';

/** Registers what was opened with credentials on a socket; `close` is called when they become invalid. */
export type NoteSocket = (from: GraphRequest, socket: Socket, close: (why: EndReason) => void) => Promise<(() => void) | undefined>;

interface Parts {
  identify: IdentifyGraph;
  sessions: StandingSessions;
  connections: ConnectionLimiter;
}

/**
 * Registers the graph's WebSockets and event streams with the standing sessions. Undefined if the credentials open no cluster, or its tenant has too many
 * connections. Credentials of the cluster itself are also checked at intervals, because they expire by the cluster's clock.
 */
export function socketSessions({ identify, sessions, connections }: Parts): NoteSocket {
  return async (from, socket, close) => {
    const caller = await identify(from);
    if (!caller || !connections.authenticated(socket, caller.cluster)) return undefined;
    const { cluster, tokenHash, stillValid } = caller;
    const forget = sessions.open({
      cluster,
      close,
      ...(tokenHash !== undefined && { tokenHash }),
      ...(stillValid && { allowed: stillValid }),
    });
    if (!stillValid) return forget;
    const check = () =>
      stillValid().then(
        (valid) => valid || close('revoked'),
        // It is checked again at the next interval.
        () => undefined,
      );
    const timer = setInterval(() => void check(), socketLimits.checkEvery);
    timer.unref();
    return () => {
      clearInterval(timer);
      forget();
    };
  };
}
