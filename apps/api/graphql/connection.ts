import type { Socket } from 'node:net';
import { CloseCode, type Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Log } from '#hosting';
import { MessageRate, socketLimits } from './socket-limits.js';

/** What is known of one client's connection. */
export interface Connection {
  /** Operations that run on it. */
  running: number;
  /** Ends it: its token opens nothing any more. */
  forbid(): void;
  /** Has it noted as standing on a token. False: it may not stay. */
  note(by: (below: Socket, close: () => void) => Promise<(() => void) | undefined>): Promise<boolean>;
}

/** Asks now and then whether the client is there; ends the socket of one that does not answer. */
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
export function connect(socket: WebSocket, { server, log, below }: { server: Server<Connection>; log: Log; below: Socket }): void {
  const forbid = () => socket.close(CloseCode.Forbidden, 'Forbidden');
  const connection: Connection = {
    running: 0,
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
    log.warn({ err: error }, 'GraphQL socket failed');
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  };
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (text) =>
        new Promise((resolve) => {
          // Resolves when the text has been handed to the network, so that events wait for a slow reader and not in memory.
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
  // A message over its bound, a broken frame: ws itself closes the socket.
  socket.on('error', (error) => log.debug({ err: error }, 'GraphQL socket'));
  socket.once('close', (code, reason) => {
    stop();
    closed(code, String(reason)).catch(fail);
  });
}
