import type { CloseCode, ConnectionHandler, UpgradedConnection } from '#apiserver';
import type { SessionEvents } from '../streaming-connection.js';
import { type Outcome, statusMessage, statusText } from './exit-status.js';
import type { RemoteOptions, RemoteProcess, RemoteStreams } from './remote-process.js';

/** Remote commands over WebSocket channels: each message begins with the number of its channel (streaming/pkg/httpstream/wsstream). */

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
/** v5: the client closes one channel. */
const CLOSE = 255;

/** The subprotocols in which remote commands are served. */
export const CHANNEL_PROTOCOLS: readonly string[] = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
  '',
];

/** Makes and reads the messages of a protocol. */
export class ChannelCodec {
  private readonly isBase64: boolean;

  constructor(protocol: string) {
    this.isBase64 = protocol.includes('base64');
  }

  encode(channel: number, bytes: Buffer): Uint8Array | string {
    return this.isBase64 ? `${channel}${bytes.toString('base64')}` : Buffer.concat([Buffer.from([channel]), bytes]);
  }

  /** Undefined for a message without a channel. */
  decode(message: Buffer): { channel: number; bytes: Buffer } | undefined {
    const [first] = message;
    if (first === undefined) return undefined;
    if (!this.isBase64) return { channel: first, bytes: message.subarray(1) };
    return { channel: first - 48, bytes: Buffer.from(message.toString('latin1', 1), 'base64') };
  }
}

/** One remote command on a WebSocket. */
export class ChannelSession implements ConnectionHandler, RemoteStreams {
  private readonly codec: ChannelCodec;
  private over = false;

  constructor(
    private readonly protocol: string,
    private readonly options: RemoteOptions,
    private readonly process: RemoteProcess,
    private readonly connection: UpgradedConnection,
    private readonly events: SessionEvents,
  ) {
    this.codec = new ChannelCodec(protocol);
    // An empty message on the first channel that is written tells the client that the connection stands.
    this.send(options.stdout ? STDOUT : options.stderr ? STDERR : ERROR, Buffer.alloc(0));
    process.begin(this);
  }

  private send(channel: number, bytes: Buffer): boolean {
    if (this.over) return true;
    this.events.touched();
    return this.connection.send(this.codec.encode(channel, bytes));
  }

  stdout(bytes: Buffer): boolean {
    return this.send(STDOUT, bytes);
  }

  stderr(bytes: Buffer): boolean {
    return this.send(STDERR, bytes);
  }

  inputDrained(): void {
    this.connection.resume();
  }

  finish(outcome: Outcome): void {
    const hasStatus = this.protocol.startsWith('v4') || this.protocol.startsWith('v5');
    const text = hasStatus ? statusText(outcome) : statusMessage(outcome);
    if (text !== '') this.send(ERROR, Buffer.from(text, 'utf8'));
    this.over = true;
    this.connection.close();
  }

  receive(message: Buffer): void {
    if (this.over) return;
    this.events.touched();
    if (this.protocol.startsWith('v5') && message[0] === CLOSE) {
      if (message.length === 2 && message[1] === STDIN) this.process.endInput();
      else if (message.length !== 2 || (message[1] ?? 0) > RESIZE) this.connection.close();
      return;
    }
    const read = this.codec.decode(message);
    if (!read) return;
    if (read.channel === RESIZE) this.process.resize(read.bytes);
    else if (read.channel === STDIN && this.options.stdin && read.bytes.length > 0 && !this.process.write(read.bytes))
      this.connection.pause();
  }

  drained(): void {
    this.process.drained();
  }

  closed(): void {
    this.over = true;
    this.process.gone();
    this.events.ended();
  }

  shutdown(code: CloseCode): void {
    this.over = true;
    this.connection.close(code);
  }
}
