import type { ConnectionHandler, RestScope, UpgradedConnection } from '#apiserver';
import { ChannelCodec } from '../remote-command/channels.js';
import { connectToPort, type PortConnection } from './forwarded-port.js';

/** The WebSocket protocols in which each port has a data channel and an error channel. */
export const PORT_PROTOCOLS: readonly string[] = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io', ''];

/** Port-forward over WebSocket channels: 2i for the data of the ith port of the query, 2i+1 for its errors (streaming/portforward/websocket.go). */
export class ChannelPorts implements ConnectionHandler {
  private readonly codec: ChannelCodec;
  private readonly targets = new Map<number, PortConnection>();
  private over = false;

  constructor(
    scope: RestScope,
    { protocol, ports }: { protocol: string; ports: readonly number[] },
    private readonly connection: UpgradedConnection,
    private readonly events: { touched(): void; ended(): void },
  ) {
    this.codec = new ChannelCodec(protocol);
    for (const [index, port] of ports.entries()) {
      // Both channels begin with the port's number.
      const number = Buffer.alloc(2);
      number.writeUInt16LE(port);
      this.send(2 * index, number);
      this.send(2 * index + 1, number);
    }
    connection.pause();
    void this.open(scope, ports);
  }

  private async open(scope: RestScope, ports: readonly number[]): Promise<void> {
    for (const [index, port] of ports.entries()) {
      const events = { write: (bytes: Buffer) => void this.send(2 * index, bytes), end: () => undefined };
      const found = await connectToPort(scope, port, events).catch((error: unknown) => ({
        error: error instanceof Error ? error.message : 'failed',
      }));
      if ('error' in found) this.send(2 * index + 1, Buffer.from(found.error, 'utf8'));
      else this.targets.set(2 * index, found);
    }
    if (!this.over) this.connection.resume();
  }

  private send(channel: number, bytes: Buffer): boolean {
    if (this.over) return true;
    this.events.touched();
    const more = this.connection.send(this.codec.encode(channel, bytes));
    if (!more) this.connection.pause();
    return more;
  }

  receive(message: Buffer): void {
    this.events.touched();
    const read = this.codec.decode(message);
    if (read) this.targets.get(read.channel)?.receive(read.bytes);
  }

  drained(): void {
    this.connection.resume();
  }

  closed(): void {
    this.over = true;
    this.targets.clear();
    this.events.ended();
  }

  shutdown(): void {
    this.connection.close();
  }
}
