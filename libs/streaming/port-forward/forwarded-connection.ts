import type { RestScope } from '#apiserver';
import { ByteQueue, type ServedConnection } from '#node';
import { STREAM_LIMITS } from '../limits.js';
import type { SpdyStream } from '../spdy/connection.js';
import { connectToPort } from './forwarded-port.js';

export interface ForwardedEvents {
  /** Stops and continues reading from the client. */
  hold(holder: object): void;
  release(holder: object): void;
  pause(): Promise<void> | undefined;
  /** The connection to the port stands, or has failed. */
  opened(): void;
  /** Both sides have ended. */
  ended(): void;
}

/** One connection to a port, over its two streams. */
export class ForwardedConnection {
  private target: ServedConnection | undefined;
  /** What arrives before the connection stands, up to the size of a message. */
  private readonly waiting = new ByteQueue();
  private half = false;
  private over = false;

  constructor(
    scope: RestScope,
    private readonly streams: { port: number; error: SpdyStream; data: SpdyStream },
    private readonly events: ForwardedEvents,
  ) {
    const { data } = streams;
    data.onData = (bytes) => this.receive(bytes);
    data.onEnd = () => {
      this.half = true;
      this.target?.ended();
    };
    void this.open(scope);
  }

  private async open(scope: RestScope): Promise<void> {
    const { port, data, error } = this.streams;
    const peer = {
      write: (bytes: Buffer) => data.write(bytes),
      end: () => this.end(),
      ready: () => this.events.release(this),
      pause: () => this.events.pause(),
    };
    const found = await connectToPort(scope, port, peer).catch((failure: unknown) => ({
      error: failure instanceof Error ? failure.message : 'failed',
    }));
    this.events.opened();
    if (this.over) {
      if (!('error' in found)) found.closed();
      return;
    }
    if ('error' in found) {
      error.write(Buffer.from(found.error, 'utf8'));
      this.end();
      return;
    }
    this.target = found;
    if (this.waiting.length > 0) this.receive(this.waiting.take(this.waiting.length));
    if (this.half) found.ended();
  }

  private receive(bytes: Buffer): void {
    if (this.over) return;
    if (this.target) {
      if (!this.target.receive(bytes)) this.events.hold(this);
      return;
    }
    this.waiting.append(bytes);
    if (this.waiting.length <= STREAM_LIMITS.message) return;
    this.streams.data.reset();
    this.events.ended();
  }

  drained(): void {
    this.target?.drained();
  }

  /** The program has closed the connection. */
  private end(): void {
    if (this.over) return;
    this.streams.error.end();
    this.streams.data.end();
    this.events.ended();
  }

  /** The client has reset the streams, or has gone. */
  closed(): void {
    if (this.over) return;
    this.over = true;
    this.waiting.clear();
    this.target?.closed();
    this.events.release(this);
  }
}
