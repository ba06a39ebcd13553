import type { CloseCode, ConnectionHandler, RestScope, UpgradedConnection } from '#apiserver';
import { STREAM_LIMITS } from '../limits.js';
import { ReadGate } from '../read-gate.js';
import { SpdyConnection, type SpdyStream } from '../spdy/connection.js';
import type { SessionEvents } from '../streaming-connection.js';
import { ForwardedConnection } from './forwarded-connection.js';

/** Two streams of one forwarded connection. */
interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
  cancel?: () => void;
  forwarded?: ForwardedConnection;
}

const PORT = /^\d{1,5}$/;

/** Port-forward over SPDY: an error stream and a data stream for each forwarded connection (streaming/portforward/httpstream.go). */
export class SpdyPorts implements ConnectionHandler {
  private readonly spdy: SpdyConnection;
  private readonly gate: ReadGate;
  private readonly pairs = new Map<string, Pair>();
  /** Connections that are being opened, also those whose streams have been reset. */
  private opening = 0;

  constructor(
    private readonly scope: RestScope,
    private readonly connection: UpgradedConnection,
    private readonly events: SessionEvents,
  ) {
    this.gate = new ReadGate(connection);
    this.spdy = new SpdyConnection({
      send: (bytes) => {
        events.touched();
        const more = connection.send(bytes);
        // What a client does not read keeps it from sending more.
        if (!more) this.gate.hold(this);
        return more;
      },
      hold: () => this.gate.hold(this.spdy),
      release: () => this.gate.release(this.spdy),
      pause: () => events.pause(),
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
    const isComplete = (type === 'error' ? pair.data : pair.error) !== undefined;
    if (pair[type] || (isComplete && this.opening >= STREAM_LIMITS.opening)) return false;
    pair[type] = stream;
    this.pairs.set(key, pair);
    stream.onReset = () => this.forget(key);
    if (pair.error && pair.data) {
      pair.cancel?.();
      this.forward(key, pair, { port: Number(port), error: pair.error, data: pair.data });
    } else pair.cancel = this.scope.cluster.timers.after(STREAM_LIMITS.streamCreation, () => this.expire(key));
    return true;
  }

  private forward(key: string, pair: Pair, target: { port: number; error: SpdyStream; data: SpdyStream }): void {
    this.opening += 1;
    pair.forwarded = new ForwardedConnection(this.scope, target, {
      hold: (holder) => this.gate.hold(holder),
      release: (holder) => this.gate.release(holder),
      pause: () => this.events.pause(),
      opened: () => {
        this.opening -= 1;
      },
      ended: () => this.forget(key),
    });
  }

  private expire(key: string): void {
    const pair = this.pairs.get(key);
    this.forget(key);
    pair?.error?.reset();
    pair?.data?.reset();
  }

  private forget(key: string): void {
    const pair = this.pairs.get(key);
    this.pairs.delete(key);
    pair?.cancel?.();
    pair?.forwarded?.closed();
  }

  receive(bytes: Buffer): void {
    this.events.touched();
    this.spdy.receive(bytes);
  }

  drained(): void {
    this.gate.release(this);
    this.spdy.drained();
    for (const { forwarded } of [...this.pairs.values()]) forwarded?.drained();
  }

  closed(): void {
    for (const key of [...this.pairs.keys()]) this.forget(key);
    this.events.ended();
  }

  shutdown(code: CloseCode): void {
    this.spdy.goAway();
    this.connection.close(code);
  }
}
