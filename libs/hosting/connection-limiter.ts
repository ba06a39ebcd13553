import type { Socket } from 'node:net';
import type { ListenerLimits } from './limits.js';

/** What a connection is counted for: a cluster's id, or `platform`. */
export type Tenant = string;

interface Connection {
  socket: Socket;
  /** The remote address, which cannot be read from a closed socket. */
  peer: string;
  address: string;
  tenant?: Tenant;
  /** Requests that have not been answered yet. */
  waiting: number;
}

const peerOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;

/**
 * Counts connections. When the limit is reached, the oldest connection without an authenticated request is closed for a new one: honest
 * clients authenticate with their first request, so the oldest is the least likely to be theirs.
 */
export class ConnectionLimiter {
  private readonly byPeer = new Map<string, Connection>();
  /** The TLS socket, on which requests arrive, is a different object from the underlying connection. */
  private readonly bySocket = new WeakMap<object, Connection>();
  private readonly strangers = new Set<Connection>();
  private readonly strangersOf = new Map<string, Set<Connection>>();
  private readonly tenants = new Map<Tenant, number>();

  constructor(private readonly limits: ListenerLimits) {}

  /** A connection was accepted. */
  accepted(socket: Socket): void {
    const { connections, unauthenticated, unauthenticatedPerAddress } = this.limits;
    const address = socket.remoteAddress ?? '';
    const same = this.strangersOf.get(address);
    if (same && same.size >= unauthenticatedPerAddress) this.closeOldest(same);
    else if (this.strangers.size >= unauthenticated) this.closeOldest(this.strangers);
    if (this.byPeer.size >= connections && !this.closeOldest(this.strangers)) {
      socket.destroy();
      return;
    }
    const peer = peerOf(socket);
    const connection: Connection = { socket, peer, address, waiting: 0 };
    this.byPeer.set(peer, connection);
    this.bySocket.set(socket, connection);
    this.addStranger(connection);
    socket.once('close', () => this.remove(connection));
  }

  /** The TLS handshake of a connection is complete. */
  secured(socket: Socket): void {
    const connection = this.byPeer.get(peerOf(socket));
    if (connection) this.bySocket.set(socket, connection);
  }

  /** A request on this socket was authenticated. False: its tenant has too many connections. */
  authenticated(socket: object, tenant: Tenant): boolean {
    const connection = this.bySocket.get(socket);
    if (!connection || connection.tenant !== undefined) return true;
    const count = this.tenants.get(tenant) ?? 0;
    if (count >= this.limits.connectionsPerTenant) return false;
    if (!this.strangers.has(connection)) return true;
    this.tenants.set(tenant, count + 1);
    connection.tenant = tenant;
    this.removeStranger(connection);
    return true;
  }

  /** A request begins. False: too many on its connection are unanswered. */
  begin(socket: object): boolean {
    const connection = this.bySocket.get(socket);
    if (!connection) return true;
    connection.waiting += 1;
    return connection.waiting <= this.limits.pipelined;
  }

  /** A request was answered, or its client has disconnected. */
  end(socket: object): void {
    const connection = this.bySocket.get(socket);
    if (connection) connection.waiting -= 1;
  }

  /** Whether there are unanswered requests on this socket. */
  isBusy(socket: object): boolean {
    return (this.bySocket.get(socket)?.waiting ?? 0) > 0;
  }

  /** Open connections, and those of them without an authenticated request. */
  get counts(): { open: number; unauthenticated: number } {
    return { open: this.byPeer.size, unauthenticated: this.strangers.size };
  }

  private addStranger(connection: Connection): void {
    this.strangers.add(connection);
    const same = this.strangersOf.get(connection.address) ?? new Set();
    same.add(connection);
    this.strangersOf.set(connection.address, same);
  }

  private removeStranger(connection: Connection): void {
    this.strangers.delete(connection);
    const same = this.strangersOf.get(connection.address);
    same?.delete(connection);
    if (same?.size === 0) this.strangersOf.delete(connection.address);
  }

  private closeOldest(among: Set<Connection>): boolean {
    const [oldest] = among;
    if (!oldest) return false;
    this.remove(oldest);
    oldest.socket.destroy();
    return true;
  }

  private remove(connection: Connection): void {
    if (this.byPeer.get(connection.peer) === connection) this.byPeer.delete(connection.peer);
    this.removeStranger(connection);
    if (connection.tenant === undefined) return;
    const left = (this.tenants.get(connection.tenant) ?? 1) - 1;
    if (left > 0) this.tenants.set(connection.tenant, left);
    else this.tenants.delete(connection.tenant);
    connection.tenant = undefined;
  }
}
