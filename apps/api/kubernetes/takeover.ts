import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ApiResponse, CLOSE, type ConnectionHandler, type Takeover, type UpgradedConnection } from '#apiserver';

/** The socket of an upgrade request, and what the client has sent after its head. */
export interface UpgradeSocket {
  socket: Duplex;
  head: Buffer;
}

/** Unsent bytes from which a WebSocket's reader counts as slow. */
const SLOW = 256 * 1024;
/** Frames of one message, and chunks of one frame: each takes memory of its own, however small it is. */
const PARTS = 4096;
/** Interval between pings, and how long a closing client is waited for. */
const PING_EVERY = 30_000;
const LINGER = 5_000;

/** Takes over the connection of an upgrade request. Returns its handler; undefined if the client has gone. */
export function takeOver(
  { request, response, upgrade }: { request: IncomingMessage; response: ServerResponse; upgrade: UpgradeSocket },
  answer: ApiResponse & { takeover: Takeover },
  onClosed: () => void,
): ConnectionHandler | undefined {
  const { socket, head } = upgrade;
  response.detachSocket(socket as Parameters<ServerResponse['detachSocket']>[0]);
  if (socket.destroyed) {
    answer.takeover.abandon();
    return undefined;
  }
  const { takeover } = answer;
  return takeover.websocket === undefined
    ? rawConnection(upgrade, answer, onClosed)
    : webSocket({ request, socket, head, protocol: takeover.websocket }, takeover, onClosed);
}

/** A connection of raw bytes, after a 101 response. */
function rawConnection(
  { socket, head }: UpgradeSocket,
  { headers, takeover }: ApiResponse & { takeover: Takeover },
  onClosed: () => void,
): ConnectionHandler {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  socket.write(takeover.response ?? `HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
  const connection: UpgradedConnection = {
    send(data) {
      if (!socket.writable) return true;
      // What is sent in one go becomes one record, however many frames it is.
      if (socket.writableCorked === 0) {
        socket.cork();
        process.nextTick(() => socket.uncork());
      }
      return socket.write(data);
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close() {
      socket.end();
      setTimeout(() => socket.destroy(), LINGER).unref();
    },
  };
  const started = takeover.start(connection);
  // A client that is gone while it is not read from is noticed only so.
  if (socket instanceof Socket) socket.setKeepAlive(true, PING_EVERY);
  socket.on('data', (bytes: Buffer) => started.receive(bytes, false));
  socket.on('drain', () => started.drained());
  socket.on('end', () => socket.end());
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    started.closed();
    onClosed();
  });
  if (head.length > 0) started.receive(head, false);
  return started;
}

interface Handshake extends UpgradeSocket {
  request: IncomingMessage;
  protocol: string;
}

/** A WebSocket; the handshake is done before this returns, because the protocol is chosen. */
function webSocket(
  { request, socket, head, protocol }: Handshake,
  takeover: Takeover,
  onClosed: () => void,
): ConnectionHandler | undefined {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: takeover.largestMessage,
    maxFragments: PARTS,
    maxBufferedChunks: PARTS,
    // One message in an iteration of the event loop: a flood of small ones must not hold up other tenants.
    allowSynchronousEvents: false,
    perMessageDeflate: false,
  });
  // The protocol is chosen already. ws would refuse names that are no tokens, such as that of a tunnelled port-forward, which has a slash.
  delete request.headers['sec-websocket-protocol'];
  if (protocol !== '') server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  let handler: ConnectionHandler | undefined;
  // A request that is no valid handshake is answered by the server itself.
  server.handleUpgrade(request, socket, head, (peer) => {
    handler = takeover.start(connectionOf(peer));
    serve(peer, handler, onClosed);
  });
  if (handler === undefined) {
    takeover.abandon();
    onClosed();
  }
  return handler;
}

/** Sending of each socket: whether its handler waits until it has caught up. */
const waiting = new WeakMap<WebSocket, { blocked: boolean; handler?: ConnectionHandler }>();

function connectionOf(peer: WebSocket): UpgradedConnection {
  const state: { blocked: boolean; handler?: ConnectionHandler } = { blocked: false };
  waiting.set(peer, state);
  const sent = () => {
    if (!state.blocked || peer.bufferedAmount >= SLOW / 2) return;
    state.blocked = false;
    state.handler?.drained();
  };
  return {
    send(data) {
      if (peer.readyState !== peer.OPEN) return true;
      peer.send(data, { binary: typeof data !== 'string' }, sent);
      if (peer.bufferedAmount < SLOW) return true;
      state.blocked = true;
      return false;
    },
    pause: () => peer.pause(),
    resume: () => peer.resume(),
    close(code = CLOSE.normal) {
      peer.close(code);
      setTimeout(() => peer.terminate(), LINGER).unref();
    },
  };
}

function serve(peer: WebSocket, handler: ConnectionHandler, onClosed: () => void): void {
  const state = waiting.get(peer);
  if (state) state.handler = handler;
  // Keeps proxies from closing a quiet session; an answer is not required.
  const ping = setInterval(() => peer.ping(), PING_EVERY);
  ping.unref();
  peer.on('message', (data, isBinary) =>
    handler.receive(Buffer.isBuffer(data) ? data : Buffer.concat([data].flat() as Buffer[]), !isBinary),
  );
  // For a message over the size limit or an invalid frame, ws closes the socket itself.
  peer.on('error', () => peer.terminate());
  peer.once('close', () => {
    clearInterval(ping);
    handler.closed();
    onClosed();
  });
}
