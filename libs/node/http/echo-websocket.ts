import { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ConnectionPeer, HttpRequest, ServedConnection } from '../images/program.js';

/** The largest message that a program accepts. */
const MESSAGE = 1024 * 1024;
/** Frames of one message, and chunks of one frame. */
const PARTS = 4096;

/** A program's connection as the stream that `ws` reads and writes. */
class PeerStream extends Duplex {
  private written: (() => void) | undefined;
  private full = false;

  constructor(private readonly peer: ConnectionPeer) {
    super({ allowHalfOpen: false });
  }

  override _read(): void {
    if (!this.full) return;
    this.full = false;
    this.peer.ready();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.peer.write(bytes)) done();
    else this.written = done;
  }

  override _final(done: () => void): void {
    this.peer.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.peer.end();
    done(error);
  }

  give(bytes: Buffer): boolean {
    if (this.destroyed) return true;
    this.full = !this.push(bytes);
    return !this.full;
  }

  flushed(): void {
    const { written } = this;
    this.written = undefined;
    written?.();
  }
}

/** A WebSocket on which a program sends a first text, and then every message back. */
export function echoWebSocket(request: HttpRequest, peer: ConnectionPeer, first: string): ServedConnection {
  const stream = new PeerStream(peer);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE,
    maxFragments: PARTS,
    maxBufferedChunks: PARTS,
    perMessageDeflate: false,
    // One message in an iteration of the event loop: many small ones must not hold it up.
    allowSynchronousEvents: false,
    handleProtocols: () => false,
  });
  stream.on('error', () => stream.destroy());
  // `ws` reads the method and the headers only.
  const { method, target: url, headers } = request;
  server.handleUpgrade({ method, url, headers } as Parameters<typeof server.handleUpgrade>[0], stream, Buffer.alloc(0), (socket) => {
    socket.on('error', () => socket.terminate());
    socket.on('message', (data, binary) => {
      // The next message is read when this one has been sent: a client that does not read is not read from.
      socket.pause();
      socket.send(data, { binary }, () => socket.resume());
    });
    socket.send(first);
  });
  return {
    receive: (bytes) => stream.give(bytes),
    drained: () => stream.flushed(),
    ended: () => void stream.push(null),
    closed: () => void stream.destroy(),
  };
}
