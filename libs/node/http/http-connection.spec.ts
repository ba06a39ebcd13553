import type { HttpRequest, ServedConnection } from '../images/program.js';
import { HttpConnection, type HttpConnectionOptions } from './http-connection.js';

class Peer {
  readonly written: string[] = [];
  ends = 0;
  readies = 0;
  slow = false;

  write(bytes: Buffer): boolean {
    this.written.push(bytes.toString('latin1'));
    return !this.slow;
  }

  end(): void {
    this.ends += 1;
  }

  ready(): void {
    this.readies += 1;
  }

  /** The status lines so far. */
  get answers(): string[] {
    return this.written.map((text) => text.split('\r\n', 1)[0] ?? '');
  }
}

function connected(more: Partial<HttpConnectionOptions> = {}): { peer: Peer; connection: HttpConnection; asked: HttpRequest[] } {
  const peer = new Peer();
  const asked: HttpRequest[] = [];
  const answer = (request: HttpRequest) => {
    asked.push(request);
    return { status: 200, headers: {}, body: '' };
  };
  return { peer, asked, connection: new HttpConnection({ client: '', now: () => 0, answer, peer, ...more }) };
}

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

test('requests are answered as fast as the client reads, and it is not read from in the meantime', async () => {
  const { peer, connection } = connected();
  peer.slow = true;
  expect(connection.receive(Buffer.from(get.repeat(10)))).toBe(true);
  expect(connection.receive(Buffer.alloc(70_000, get))).toBe(false);
  expect(peer.answers).toEqual(['HTTP/1.1 200 OK']);
  connection.drained();
  expect([peer.written.length, peer.readies]).toEqual([2, 0]);
  peer.slow = false;
  connection.drained();
  await null;
  expect([peer.written.length, peer.readies]).toEqual([10 + Math.floor(70_000 / get.length), 1]);
});

test('other tenants have their turn between requests', async () => {
  const turns: Array<() => void> = [];
  const { peer, connection } = connected({ pause: () => new Promise((resolve) => turns.push(resolve)) });
  connection.receive(Buffer.from(get.repeat(3)));
  expect(peer.written.length).toBe(1);
  turns.shift()?.();
  await null;
  await null;
  expect(peer.written.length).toBe(2);
});

test('a client that sends no more gets its answers before the end', async () => {
  const { peer, connection } = connected();
  peer.slow = true;
  connection.receive(Buffer.from(get.repeat(2)));
  connection.ended();
  expect([peer.written.length, peer.ends]).toEqual([1, 0]);
  peer.slow = false;
  connection.drained();
  expect([peer.written.length, peer.ends]).toEqual([2, 1]);
});

test.each<[string, string, string]>([
  ['no request', 'hello\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nx\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
  ['a long head', 'x'.repeat(64 * 1024), 'HTTP/1.1 400 Bad Request'],
  ['a negative length', 'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
  ['a huge length', 'POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n', 'HTTP/1.1 413 Request Entity Too Large'],
  ['a chunk without a size', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxy\r\n', 'HTTP/1.1 400 Bad Request'],
  ['an endless size', `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${'0'.repeat(300)}`, 'HTTP/1.1 400 Bad Request'],
  ['a huge chunk', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n', 'HTTP/1.1 413 Request Entity Too Large'],
])('%s is refused', (_, sent, want) => {
  const { peer, connection } = connected();
  connection.receive(Buffer.from(sent));
  expect([peer.answers, peer.ends]).toEqual([[want], 1]);
});

test.each([1, 5, 1000])('chunks with extensions and a trailer, %d bytes at a time', (size) => {
  const { asked, connection } = connected();
  const sent = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0000A\r\n0123456789\r\n0\r\nX: y\r\n\r\n';
  for (let at = 0; at < sent.length; at += size) connection.receive(Buffer.from(sent.slice(at, at + size)));
  expect(asked.map(({ body }) => Buffer.from(body).toString())).toEqual(['abc0123456789']);
});

test('an upgraded connection gets everything that follows its request', () => {
  const got: string[] = [];
  const upgraded: ServedConnection = {
    receive: (bytes) => got.push(bytes.toString()) > 1,
    drained: () => void got.push('drained'),
    ended: () => void got.push('ended'),
    closed: () => void got.push('closed'),
  };
  const { connection } = connected({ upgrade: ({ target }) => (target === '/up' ? upgraded : undefined) });
  const head = (target: string): string => `GET ${target} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`;
  connection.receive(Buffer.from(`${head('/other')}${head('/up')}rest`));
  expect(connection.receive(Buffer.from(get))).toBe(true);
  connection.drained();
  connection.ended();
  connection.closed();
  expect(got).toEqual(['rest', get, 'drained', 'ended', 'closed']);
});
