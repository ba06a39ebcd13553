import type { CloseCode, ConnectionHandler, RestScope, UpgradedConnection } from '#apiserver';
import type { ServedConnection } from '#node';
import { ReadGate } from '../read-gate.js';
import { ChannelCodec } from '../remote-command/channels.js';
import type { SessionEvents } from '../streaming-connection.js';
import { connectToPort } from './forwarded-port.js';

/** The WebSocket protocols in which each port has a data channel and an error channel. */
export const PORT_PROTOCOLS: readonly string[] = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io', ''];

/** Port-forward over WebSocket channels: 2i for the data of the ith port of the query, 2i+1 for its errors (streaming/portforward/websocket.go). */
export class ChannelPorts implements ConnectionHandler {
  private readonly codec: ChannelCodec;
  private readonly targets = new Map<number, ServedConnection>();
  private readonly gate: ReadGate;
  private over = false;

  constructor(
    scope: RestScope,
    { protocol, ports }: { protocol: string; ports: readonly number[] },
    private readonly connection: UpgradedConnection,
    private readonly events: SessionEvents,
  ) {
    this.codec = new ChannelCodec(protocol);
    this.gate = new ReadGate(connection);
    for (const [index, port] of ports.entries()) {
      // Both channels begin with the port's number.
      const number = Buffer.alloc(2);
      number.writeUInt16LE(port);
      this.send(2 * index, number);
      this.send(2 * index + 1, number);
    }
    this.gate.hold(this.targets);
    void this.open(scope, ports);
  }

  private async open(scope: RestScope, ports: readonly number[]): Promise<void> {
    for (const [index, port] of ports.entries()) {
      const peer = {
        write: (bytes: Buffer) => this.send(2 * index, bytes),
        end: () => undefined,
        ready: () => this.gate.release(this.targets.get(2 * index) ?? this),
        pause: () => this.events.pause(),
      };
      const found = await connectToPort(scope, port, peer).catch((error: unknown) => ({
        error: error instanceof Error ? error.message : 'failed',
      }));
      if (this.over) return;
      if ('error' in found) this.send(2 * index + 1, Buffer.from(found.error, 'utf8'));
      else this.targets.set(2 * index, found);
    }
    this.gate.release(this.targets);
  }

  private send(channel: number, bytes: Buffer): boolean {
    if (this.over) return true;
    this.events.touched();
    const more = this.connection.send(this.codec.encode(channel, bytes));
    if (!more) this.gate.hold(this.codec);
    return more;
  }

  receive(message: Buffer): void {
    this.events.touched();
    const read = this.codec.decode(message);
    const target = read && this.targets.get(read.channel);
    if (target && !target.receive(read.bytes)) this.gate.hold(target);
  }

  drained(): void {
    this.gate.release(this.codec);
    for (const target of this.targets.values()) target.drained();
  }

  closed(): void {
    this.over = true;
    for (const target of this.targets.values()) target.closed();
    this.targets.clear();
    this.events.ended();
  }

  shutdown(code: CloseCode): void {
    this.connection.close(code);
  }
}
