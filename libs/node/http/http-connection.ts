import type { ConnectionPeer, HttpAnswer, HttpRequest, ServedConnection } from '../images/program.js';
import { REQUEST_BODY, REQUEST_HEAD } from '../runtime/limits.js';
import { ByteQueue } from './byte-queue.js';
import { ChunkedBody } from './chunked-body.js';
import { STATUS_CODES } from './status-codes.js';

/** Makes the bytes of an HTTP/1.1 response. */
function responseBytes({ status, headers, body }: HttpAnswer, { head, now, last }: { head: boolean; now: number; last: boolean }): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Date: ${new Date(now).toUTCString()}`,
    ...(status === 204 || status === 304 ? [] : [`Content-Length: ${bytes.byteLength}`]),
    ...(last ? ['Connection: close'] : []),
  ];
  const top = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return head ? top : Buffer.concat([top, bytes]);
}

interface Head {
  method: string;
  target: string;
  headers: Record<string, string>;
  old: boolean;
}

function readHead(text: string): Head | undefined {
  const [first = '', ...rest] = text.split('\r\n');
  const match = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/.exec(first);
  if (!match) return undefined;
  const headers: Record<string, string> = Object.create(null);
  for (const line of rest) {
    const colon = line.indexOf(':');
    if (colon < 1) return undefined;
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method: match[1] ?? '', target: match[2] ?? '', headers, old: match[3] === '0' };
}

/** A body of a known length; undefined while it is incomplete. */
class SizedBody {
  constructor(private readonly length: number) {}

  read(input: ByteQueue): Buffer | undefined {
    return input.length < this.length ? undefined : input.take(this.length);
  }
}

/** Why a request is refused, by its status. */
type Refusal = 400 | 413;

function bodyReader({ headers }: Head): SizedBody | ChunkedBody | Refusal {
  if (headers['transfer-encoding'] === 'chunked') return new ChunkedBody();
  const length = Number(headers['content-length'] ?? 0);
  if (!Number.isInteger(length) || length < 0) return 400;
  return length > REQUEST_BODY ? 413 : new SizedBody(length);
}

export interface HttpConnectionOptions {
  client: string;
  peer: ConnectionPeer;
  now(): number;
  answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>;
  /** Takes over the connection of an upgrade request; undefined: it is answered as any other. */
  upgrade?(request: HttpRequest, peer: ConnectionPeer): ServedConnection | undefined;
  /** Called between requests: a promise when it is another tenant's turn. */
  pause?(): Promise<void> | undefined;
}

/**
 * The server's side of a program's HTTP/1.1 connection, over any bytes. Requests are answered one after the other, none while the client does
 * not read.
 */
export class HttpConnection implements ServedConnection {
  private readonly input = new ByteQueue();
  private head: Head | undefined;
  private body: SizedBody | ChunkedBody | undefined;
  /** Bytes of the head in which its end has been looked for. */
  private searched = 0;
  private upgraded: ServedConnection | undefined;
  private over = false;
  private working = false;
  /** Resolves when the request is answered; unset if it is. */
  private answering: Promise<void> | undefined;
  private slow = false;
  private held = false;
  private half = false;

  constructor(private readonly options: HttpConnectionOptions) {}

  receive(chunk: Buffer): boolean {
    if (this.upgraded) return this.upgraded.receive(chunk);
    if (this.over) return true;
    this.input.append(chunk);
    void this.work();
    this.held = (this.working || this.slow) && this.input.length > REQUEST_HEAD;
    return !this.held;
  }

  drained(): void {
    this.slow = false;
    if (this.upgraded) this.upgraded.drained();
    else void this.work();
  }

  ended(): void {
    this.half = true;
    if (this.upgraded) this.upgraded.ended();
    else void this.work();
  }

  closed(): void {
    this.over = true;
    this.input.clear();
    this.upgraded?.closed();
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    while (!this.over && !this.slow && !this.upgraded && this.next()) {
      if (this.answering) await this.answering;
      this.answering = undefined;
      const pause = this.options.pause?.();
      if (pause) await pause;
    }
    this.working = false;
    if (this.half && !this.over && !this.slow && !this.upgraded) this.end();
    if (!this.held || this.slow) return;
    this.held = false;
    this.options.peer.ready();
  }

  /** Answers the first request; false if it is not complete. */
  private next(): boolean {
    this.head ??= this.takeHead();
    if (!this.head) return false;
    if (!this.body) {
      const reader = bodyReader(this.head);
      if (typeof reader === 'number') return this.refuse(reader);
      this.body = reader;
    }
    const body = this.body.read(this.input);
    if (typeof body === 'number') return this.refuse(body);
    if (!body) return false;
    const { head } = this;
    this.head = undefined;
    this.body = undefined;
    this.reply(head, body);
    return true;
  }

  private takeHead(): Head | undefined {
    const { input } = this;
    const found = input.bytes.subarray(this.searched, REQUEST_HEAD).indexOf('\r\n\r\n');
    if (found < 0) {
      this.searched = Math.max(0, input.length - 3);
      if (input.length >= REQUEST_HEAD) this.refuse(400);
      return undefined;
    }
    const text = input.take(this.searched + found + 4).toString('latin1');
    this.searched = 0;
    const head = readHead(text.slice(0, -4));
    if (!head) this.refuse(400);
    return head;
  }

  private reply({ headers, old, method, target }: Head, body: Buffer): void {
    const { answer, client, peer, upgrade } = this.options;
    const request = { method, target, headers, body, client };
    const asked = headers.connection?.toLowerCase() ?? '';
    if (upgrade && asked.includes('upgrade')) {
      this.upgraded = upgrade(request, peer);
      if (this.upgraded) {
        if (this.input.length > 0) this.upgraded.receive(this.input.take(this.input.length));
        return;
      }
    }
    const last = asked === 'close' || (old && asked !== 'keep-alive');
    const given = answer(request);
    const about = { head: method === 'HEAD', last };
    if (given instanceof Promise) this.answering = given.then((later) => this.send(later, about));
    else this.send(given, about);
  }

  private send(answer: HttpAnswer, { head, last }: { head: boolean; last: boolean }): void {
    if (this.over) return;
    const { peer, now } = this.options;
    this.slow = !peer.write(responseBytes(answer, { head, now: now(), last }));
    if (last) this.end();
  }

  private refuse(status: Refusal): false {
    const { peer, now } = this.options;
    const body = `${status} ${STATUS_CODES[status] ?? ''}`;
    const answer = { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body };
    peer.write(responseBytes(answer, { head: false, now: now(), last: true }));
    this.end();
    return false;
  }

  private end(): void {
    this.over = true;
    this.input.clear();
    this.options.peer.end();
  }
}
