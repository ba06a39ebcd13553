import type { ConnectionHandler, RestScope, UpgradedConnection } from '#apiserver';
import { STREAM_LIMITS } from '../limits.js';
import { SpdyConnection, type SpdyStream } from '../spdy/connection.js';
import { connectToPort, type PortConnection } from './forwarded-port.js';

/** Two streams of one forwarded connection. */
interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
  cancel?: () => void;
}

const PORT = /^\d{1,5}$/;

/** Port-forward over SPDY: an error stream and a data stream for each forwarded connection (streaming/portforward/httpstream.go). */
export class SpdyPorts implements ConnectionHandler {
  private readonly spdy: SpdyConnection;
  private readonly pairs = new Map<string, Pair>();
  private over = false;

  constructor(
    private readonly scope: RestScope,
    private readonly connection: UpgradedConnection,
    private readonly events: { touched(): void; ended(): void },
  ) {
    this.spdy = new SpdyConnection({
      send: (bytes) => {
        events.touched();
        const more = connection.send(bytes);
        // What a client does not read keeps it from sending more.
        if (!more) connection.pause();
        return more;
      },
      opened: (stream) => this.opened(stream),
      close: () => connection.close(),
    });
  }

  private opened(stream: SpdyStream): boolean {
    const { headers, id } = stream;
    const type = headers.get('streamtype');
    const port = headers.get('port') ?? '';
    if ((type !== 'error' && type !== 'data') || !PORT.test(port) || Number(port) < 1 || Number(port) > 65_535) return false;
    // Older clients send no request id: the error stream comes first, and the data stream's id is two more.
    const key = headers.get('requestid') ?? String(type === 'error' ? id : id - 2);
    const pair = this.pairs.get(key) ?? {};
    if (pair[type]) return false;
    pair[type] = stream;
    this.pairs.set(key, pair);
    stream.onReset = () => this.forget(key);
    if (pair.error && pair.data) {
      pair.cancel?.();
      this.forward(key, Number(port), { error: pair.error, data: pair.data });
    } else pair.cancel = this.scope.cluster.timers.after(STREAM_LIMITS.streamCreation, () => this.expire(key));
    return true;
  }

  private expire(key: string): void {
    const pair = this.pairs.get(key);
    this.forget(key);
    pair?.error?.reset();
    pair?.data?.reset();
  }

  private forget(key: string): void {
    this.pairs.get(key)?.cancel?.();
    this.pairs.delete(key);
  }

  private forward(key: string, port: number, { error, data }: { error: SpdyStream; data: SpdyStream }): void {
    let target: PortConnection | undefined;
    let waiting: Buffer[] = [];
    let size = 0;
    let ended = false;
    const done = () => {
      this.forget(key);
      error.end();
      data.end();
    };
    data.onData = (bytes) => {
      if (target) {
        target.receive(bytes);
        return;
      }
      // Only what arrives before the connection stands is held, up to the size of a message.
      size += bytes.length;
      if (size <= STREAM_LIMITS.message) waiting.push(Buffer.from(bytes));
      else data.reset();
    };
    data.onEnd = () => {
      ended = true;
      if (target) done();
    };
    const events = { write: (bytes: Buffer) => void data.write(bytes), end: done };
    connectToPort(this.scope, port, events).then(
      (found) => {
        if (this.over) return;
        if ('error' in found) {
          error.write(Buffer.from(found.error, 'utf8'));
          done();
          return;
        }
        target = found;
        for (const bytes of waiting) target.receive(bytes);
        waiting = [];
        if (ended) done();
      },
      (failure: unknown) => {
        error.write(Buffer.from(failure instanceof Error ? failure.message : 'failed', 'utf8'));
        done();
      },
    );
  }

  receive(bytes: Buffer): void {
    this.events.touched();
    this.spdy.receive(bytes);
  }

  drained(): void {
    this.connection.resume();
  }

  closed(): void {
    this.over = true;
    for (const { cancel } of this.pairs.values()) cancel?.();
    this.pairs.clear();
    this.events.ended();
  }

  shutdown(): void {
    this.spdy.goAway();
  }
}
