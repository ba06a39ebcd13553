import type { HttpAnswer, HttpRequest } from '../images/program.js';
import { REQUEST_BODY, REQUEST_HEAD } from '../runtime/limits.js';
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

/** The decoded body and the length it took; undefined while it is incomplete, null if it is malformed. */
function chunkedBody(bytes: Buffer): { body: Buffer; length: number } | undefined | null {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return bytes.length - at > 32 ? null : undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (!Number.isInteger(size) || size < 0) return null;
    const start = end + 2;
    if (size === 0) {
      const over = bytes.indexOf('\r\n', start);
      return over < 0 ? undefined : { body: Buffer.concat(parts), length: over + 2 };
    }
    if (bytes.length < start + size + 2) return undefined;
    parts.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
}

export interface HttpConnectionOptions {
  client: string;
  now(): number;
  answer(request: HttpRequest): HttpAnswer;
  write(bytes: Buffer): void;
  end(): void;
}

/** The server's side of a program's HTTP/1.1 connection, over any bytes. */
export class HttpConnection {
  private parts: Buffer[] = [];
  private length = 0;
  private over = false;
  private needed = 0;

  constructor(private readonly options: HttpConnectionOptions) {}

  /** Bytes from the client. */
  receive(chunk: Buffer): void {
    if (this.over) return;
    this.parts.push(chunk);
    this.length += chunk.length;
    if (this.length < this.needed) return;
    let bytes = this.parts.length === 1 ? chunk : Buffer.concat(this.parts);
    for (;;) {
      const taken = this.take(bytes);
      if (taken === 0 || this.over) break;
      bytes = bytes.subarray(taken);
    }
    this.parts = [bytes];
    this.length = bytes.length;
  }

  /** Answers the first request of the bytes, and returns its length; 0 if it is not complete. */
  private take(bytes: Buffer): number {
    this.needed = 0;
    const end = bytes.subarray(0, REQUEST_HEAD).indexOf('\r\n\r\n');
    if (end < 0) {
      if (bytes.length >= REQUEST_HEAD) this.refuse(400);
      return 0;
    }
    const head = readHead(bytes.toString('latin1', 0, end));
    if (!head) return this.refuse(400);
    const body = bytes.subarray(end + 4);
    const { headers, method, target } = head;
    if (headers['transfer-encoding'] === 'chunked') {
      const read = chunkedBody(body);
      if (read === null) return this.refuse(400);
      if (read === undefined) {
        if (body.length > REQUEST_BODY) return this.refuse(413);
        // Doubling what is waited for keeps the cost of rereading proportional to the size.
        this.needed = bytes.length * 2;
        if (body.length < 65_536 || bytes.subarray(-5).toString('latin1') === '0\r\n\r\n') this.needed = 0;
        return 0;
      }
      this.reply(head, { method, target, headers, body: read.body, client: this.options.client });
      return end + 4 + read.length;
    }
    const length = Number(headers['content-length'] ?? 0);
    if (!Number.isInteger(length) || length < 0) return this.refuse(400);
    if (length > REQUEST_BODY) return this.refuse(413);
    if (body.length < length) {
      this.needed = end + 4 + length;
      return 0;
    }
    this.reply(head, { method, target, headers, body: body.subarray(0, length), client: this.options.client });
    return end + 4 + length;
  }

  private reply({ headers, old, method }: Head, request: HttpRequest): void {
    const { answer, now, write, end } = this.options;
    const asked = headers.connection?.toLowerCase();
    const last = asked === 'close' || (old && asked !== 'keep-alive');
    write(responseBytes(answer(request), { head: method === 'HEAD', now: now(), last }));
    if (!last) return;
    this.over = true;
    end();
  }

  private refuse(status: number): 0 {
    const { write, end, now } = this.options;
    this.over = true;
    this.parts = [];
    const body = `${status} ${STATUS_CODES[status] ?? ''}`;
    write(
      responseBytes({ status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body }, { head: false, now: now(), last: true }),
    );
    end();
    return 0;
  }
}
