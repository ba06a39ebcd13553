import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import querystring from 'node:querystring';
import { CloseCode, type Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { StatusError } from '#apimachinery';
import type { Log } from '#hosting';
import { clusterIn, type GraphRequest } from './sessions.js';
import { MessageRate, socketLimits } from './socket-limits.js';
import { type StreamEnd, streamEnds } from './stream-ends.js';

/** The state of one client's connection. */
export interface Connection {
  /** Its running operations. */
  running: number;
  /** Who the client is by its request; its first message may have a token besides. */
  from: GraphRequest;
  /** Closes it: its credentials have become invalid. */
  forbid(why: StreamEnd): void;
  /** Registers it under a token. False: it is over the tenant's limit. */
  note(by: (below: Socket, close: (why: StreamEnd) => void) => Promise<(() => void) | undefined>): Promise<boolean>;
}

/** Pings the client at intervals; closes the socket of a client that does not answer. */
function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    socket.ping();
  }, socketLimits.pingEvery);
  timer.unref();
  return () => clearInterval(timer);
}

/** Speaks graphql-transport-ws on a socket. Messages are bounded in rate (their size is bounded by the WebSocketServer). */
export function connect(
  socket: WebSocket,
  { server, log, request }: { server: Server<Connection>; log: Log; request: IncomingMessage },
): void {
  const { socket: below, headers } = request;
  const forbid = (why: StreamEnd) => socket.close(CloseCode.Forbidden, streamEnds[why].message);
  const connection: Connection = {
    running: 0,
    from: {
      authorization: headers.authorization,
      socket: below,
      userAgent: headers['user-agent'],
      address: below.remoteAddress,
      cluster: clusterIn(querystring.parse(/\?(.*)/s.exec(request.url ?? '')?.[1] ?? '')),
    },
    forbid,
    async note(by) {
      const forget = await by(below, forbid);
      if (forget && socket.readyState === socket.OPEN) socket.once('close', forget);
      else forget?.();
      return forget !== undefined;
    },
  };
  const rate = new MessageRate(performance.now());
  const stop = keepAlive(socket);
  const fail = (error: unknown): void => {
    // A refusal, such as of a cluster whose API server is down, is not this server's failure.
    const level = error instanceof StatusError ? 'debug' : 'warn';
    log[level]({ err: error }, 'GraphQL socket failed');
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  };
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (text) =>
        new Promise((resolve) => {
          // Resolves when the text has been passed to the network, so that events do not accumulate in memory for a slow reader.
          if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
          else resolve();
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) =>
        socket.on('message', (data) => {
          if (socket.readyState !== socket.OPEN) return;
          if (rate.take(performance.now())) handle(String(data)).catch(fail);
          else socket.close(4429, `Too many messages: ${socketLimits.messagesPerSecond} a second are the limit`);
        }),
    },
    connection,
  );
  // For a message over the size limit or an invalid frame, ws closes the socket itself.
  socket.on('error', (error) => log.debug({ err: error }, 'GraphQL socket'));
  socket.once('close', (code, reason) => {
    stop();
    closed(code, String(reason)).catch(fail);
  });
}
