import type { EndReason } from '../standing-sessions.js';

/** Why the server ends a stream of the graph. */
export type StreamEnd = EndReason | 'shutdown' | 'impersonation';

/** What clients are told of it. WebSockets are closed with the message as the reason, which has at most 123 bytes. */
export const streamEnds: Readonly<Record<StreamEnd, { message: string; extensions: { code: string } }>> = {
  revoked: { message: 'The credentials are no longer valid: connect with others.', extensions: { code: 'UNAUTHENTICATED' } },
  forbidden: { message: 'The credentials no longer open this cluster.', extensions: { code: 'FORBIDDEN' } },
  deleted: { message: 'The cluster was deleted.', extensions: { code: 'NOT_FOUND' } },
  impersonation: {
    message: 'The graph does not impersonate: send the credentials of that user, or ask canI(as:).',
    extensions: { code: 'BAD_REQUEST' },
  },
  shutdown: { message: 'The server is shutting down: connect again.', extensions: { code: 'SERVICE_UNAVAILABLE' } },
};
