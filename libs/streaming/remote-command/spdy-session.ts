import type { ConnectionHandler, UpgradedConnection } from '#apiserver';
import { ReadGate } from '../read-gate.js';
import { SpdyConnection, type SpdyStream } from '../spdy/connection.js';
import type { SessionEvents } from '../streaming-connection.js';
import { type Outcome, statusMessage, statusText } from './exit-status.js';
import type { RemoteOptions, RemoteProcess, RemoteStreams } from './remote-process.js';

/** The protocols of remote commands over SPDY (remotecommand StreamProtocolV1Name … V4Name). */
export const SPDY_PROTOCOLS: readonly string[] = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];

/** Protocols with a resize stream. */
const RESIZES = new Set(['v4.channel.k8s.io', 'v3.channel.k8s.io']);

/** One remote command on a SPDY connection: a stream each for error, stdin, stdout, stderr and resize, which the client opens. */
export class SpdySession implements ConnectionHandler, RemoteStreams {
  private readonly spdy: SpdyConnection;
  private readonly streams = new Map<string, SpdyStream>();
  private readonly expected: Set<string>;
  private readonly gate: ReadGate;
  private begun = false;
  private over = false;

  constructor(
    private readonly protocol: string,
    options: RemoteOptions,
    private readonly process: RemoteProcess,
    connection: UpgradedConnection,
    private readonly events: SessionEvents,
  ) {
    this.gate = new ReadGate(connection);
    this.expected = new Set([
      'error',
      ...(options.stdin ? ['stdin'] : []),
      ...(options.stdout ? ['stdout'] : []),
      ...(options.stderr ? ['stderr'] : []),
      ...(options.tty && RESIZES.has(protocol) ? ['resize'] : []),
    ]);
    this.spdy = new SpdyConnection({
      send: (bytes) => {
        events.touched();
        return connection.send(bytes);
      },
      hold: () => this.gate.hold(this.spdy),
      release: () => this.gate.release(this.spdy),
      pause: () => events.pause(),
      opened: (stream) => this.opened(stream),
      accepted: () => this.beginIfReady(),
      close: () => connection.close(),
    });
  }

  /** Whether the client has created all streams. */
  get isReady(): boolean {
    return this.begun;
  }

  private opened(stream: SpdyStream): boolean {
    const type = stream.headers.get('streamtype') ?? '';
    if (!this.expected.has(type) || this.streams.has(type)) return false;
    this.streams.set(type, stream);
    if (type === 'stdin') {
      stream.onData = (bytes) => {
        if (!this.process.write(bytes)) this.gate.hold(this.process);
      };
      stream.onEnd = () => this.process.endInput();
      stream.onReset = () => this.process.endInput();
    } else if (type === 'resize') stream.onData = (bytes) => this.process.resize(bytes);
    return true;
  }

  private beginIfReady(): void {
    if (this.begun || this.over || this.streams.size < this.expected.size) return;
    this.begun = true;
    this.process.begin(this);
  }

  stdout(bytes: Buffer): boolean {
    return this.streams.get('stdout')?.write(bytes) ?? true;
  }

  stderr(bytes: Buffer): boolean {
    return this.streams.get('stderr')?.write(bytes) ?? true;
  }

  inputDrained(): void {
    this.gate.release(this.process);
  }

  finish(outcome: Outcome): void {
    if (this.over) return;
    this.over = true;
    const text = this.protocol === 'v4.channel.k8s.io' ? statusText(outcome) : statusMessage(outcome);
    if (text !== '') this.streams.get('error')?.write(Buffer.from(text, 'utf8'));
    for (const type of ['stdout', 'stderr', 'error']) this.streams.get(type)?.end();
    this.spdy.goAway();
  }

  receive(bytes: Buffer): void {
    this.events.touched();
    this.spdy.receive(bytes);
  }

  drained(): void {
    this.spdy.drained();
    this.process.drained();
  }

  closed(): void {
    this.over = true;
    this.process.gone();
    this.events.ended();
  }

  shutdown(): void {
    this.spdy.goAway();
  }
}
