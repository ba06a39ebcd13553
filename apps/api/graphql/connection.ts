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
  /** The headers of that request. */
  headers: IncomingMessage['headers'];
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

/** Who a client is by the request with which it opened the socket. */
const requestOf = ({ socket, headers, url }: IncomingMessage): GraphRequest => ({
  authorization: headers.authorization,
  socket,
  userAgent: headers['user-agent'],
  address: socket.remoteAddress,
  cluster: clusterIn(querystring.parse(/\?(.*)/s.exec(url ?? '')?.[1] ?? '')),
});

function connectionOf(socket: WebSocket, request: IncomingMessage): Connection {
  const forbid = (why: StreamEnd) => socket.close(CloseCode.Forbidden, streamEnds[why].message);
  return {
    running: 0,
    from: requestOf(request),
    headers: request.headers,
    forbid,
    async note(by) {
      const forget = await by(request.socket, forbid);
      if (forget && socket.readyState === socket.OPEN) socket.once('close', forget);
      else forget?.();
      return forget !== undefined;
    },
  };
}

/** A socket as graphql-ws uses it. Messages are bounded in rate; `fail` is told why one could not be handled. */
function transportOf(socket: WebSocket, fail: (error: unknown) => void): Parameters<Server<Connection>['opened']>[0] {
  const rate = new MessageRate(performance.now());
  return {
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
  };
}

/** Speaks graphql-transport-ws on a socket. Messages are bounded in rate (their size is bounded by the WebSocketServer). */
export function connect(
  socket: WebSocket,
  { server, log, request }: { server: Server<Connection>; log: Log; request: IncomingMessage },
): void {
  const fail = (error: unknown): void => {
    // A refusal, such as of a cluster whose API server is down, is not this server's failure.
    const level = error instanceof StatusError ? 'debug' : 'warn';
    log[level]({ err: error }, 'GraphQL socket failed');
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  };
  const stop = keepAlive(socket);
  const closed = server.opened(transportOf(socket, fail), connectionOf(socket, request));
  // For a message over the size limit or an invalid frame, ws closes the socket itself.
  socket.on('error', (error) => log.debug({ err: error }, 'GraphQL socket'));
  socket.once('close', (code, reason) => {
    stop();
    closed(code, String(reason)).catch(fail);
  });
}
