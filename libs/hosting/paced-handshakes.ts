import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/** Handshakes that begin in one iteration of the event loop: each takes the CPU about half a millisecond. */
const atOnce = 8;

/** Connections whose clients have begun to speak, a few at a time. */
export class Pace<T> {
  private readonly waiting: T[] = [];
  private next = 0;
  private scheduled = 0;

  /** `nextTurn` runs what it is given in the next iteration of the event loop. */
  constructor(
    private readonly nextTurn: (run: () => void) => void,
    private readonly begin: (one: T) => void,
  ) {}

  add(one: T): void {
    this.waiting.push(one);
    this.schedule();
  }

  private schedule(): void {
    while (this.scheduled < atOnce && this.scheduled < this.waiting.length - this.next) {
      this.scheduled += 1;
      this.nextTurn(() => this.take());
    }
  }

  private take(): void {
    this.scheduled -= 1;
    const one = this.waiting[this.next] as T;
    this.next += 1;
    if (this.next === this.waiting.length) {
      this.waiting.length = 0;
      this.next = 0;
    }
    this.schedule();
    this.begin(one);
  }
}

/**
 * Lets the TLS handshakes of a server begin a few at a time, when their clients have sent something: of a thousand that begin at once, all would be
 * computed in one iteration of the event loop. A client that sends nothing is disconnected after `timeout` (ms).
 */
export function paceHandshakes(server: Server, timeout: number): void {
  const handshakes = server.listeners('connection') as Array<(this: Server, socket: Socket) => void>;
  server.removeAllListeners('connection');
  const pace = new Pace<Socket>(setImmediate, (socket) => {
    if (socket.destroyed) return;
    for (const handshake of handshakes) handshake.call(server, socket);
  });
  server.on('connection', (socket: Socket) => {
    const giveUp = () => socket.destroy();
    socket.setTimeout(timeout, giveUp);
    socket.once('readable', () => {
      socket.setTimeout(0, giveUp);
      pace.add(socket);
    });
  });
}
