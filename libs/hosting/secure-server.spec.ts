import { once } from 'node:events';
import fs from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { connect, TLSSocket } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { issueCertificate, newAuthority } from '#pki';
import { LISTENER_LIMITS, type ListenerLimits } from './limits.js';
import { createLog } from './logging.js';
import { type CertificateAuthority, openAuthority } from './pki/certificate-authority.js';
import { clientCertificateOf, createSecureServer, type SecureServer } from './secure-server.js';

let authority: CertificateAuthority;
const toClose: Array<() => void> = [];

beforeAll(async () => {
  authority = await openAuthority(path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-server-')), 'pki'));
});

afterEach(() => {
  for (const close of toClose.splice(0)) close();
});

interface Listening extends SecureServer {
  port: number;
  waiting: ServerResponse[];
}

/** A server that answers only `/`, at once; `/mine` is authenticated as the tenant `t`. */
async function listening(limits: Partial<ListenerLimits>): Promise<Listening> {
  const all = { ...LISTENER_LIMITS, checkEvery: 20, ...limits };
  const log = createLog('test', 'silent');
  const secure = await createSecureServer({ authority, names: ['127.0.0.1'], log, clientAuthorityName: 'kubernetes', limits: all });
  const waiting: ServerResponse[] = [];
  secure.handle({
    request(request, response) {
      const known = request.url !== '/mine' || secure.connections.authenticated(request.socket, 't');
      if (request.url === '/slow') waiting.push(response);
      else if (request.url === '/close') response.writeHead(413, { connection: 'close' }).end('too long');
      else if (request.method === 'POST') request.on('data', () => undefined).on('end', () => response.end('read'));
      else response.writeHead(known ? 200 : 429).end('ok');
    },
  });
  await new Promise<void>((resolve) => secure.server.listen(0, '127.0.0.1', resolve));
  toClose.push(() => {
    secure.close();
    secure.server.closeAllConnections();
    secure.server.close();
  });
  return Object.assign(secure, { port: (secure.server.address() as AddressInfo).port, waiting });
}

interface Client {
  socket: TLSSocket;
  /** Everything received by the time the server has closed the connection. */
  closed: Promise<string>;
  /** Resolves when this many characters have been received. */
  heard(length: number): Promise<string>;
}

async function client({ port }: Listening, ...sent: string[]): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', ca: authority.certificate });
  let text = '';
  const checks = new Set<() => void>();
  socket.on('data', (chunk: Buffer) => {
    text += chunk;
    for (const check of checks) check();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  toClose.push(() => socket.destroy());
  await new Promise<void>((resolve) => {
    socket.once('secureConnect', resolve);
    socket.once('close', resolve);
  });
  for (const part of sent) socket.write(part);
  const heard = (length: number) =>
    new Promise<string>((resolve) => {
      const check = () => void (text.length >= length && resolve(text));
      checks.add(check);
      check();
    });
  return { socket, closed, heard };
}

const get = (at: string) => `GET ${at} HTTP/1.1\r\nHost: x\r\n\r\n`;
const statusLine = (text: string) => text.split('\r\n')[0];

test.each<[string, Partial<ListenerLimits>, string, string]>([
  ['headers that never end', { headersTimeout: 100 }, 'GET / HTTP/1.1\r\nHost: x\r\n', 'HTTP/1.1 408 Request Timeout'],
  ['nothing at all', { headersTimeout: 100 }, '', 'HTTP/1.1 408 Request Timeout'],
  [
    'headers that are too large',
    { headerBytes: 4096 },
    `GET / HTTP/1.1\r\nx: ${'y'.repeat(8192)}\r\n\r\n`,
    'HTTP/1.1 431 Request Header Fields Too Large',
  ],
  ['no HTTP', {}, 'hello\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
  ['an upgrade without a handler', {}, 'GET // HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', 'HTTP/1.1 404 Not Found'],
])('%s: answered and closed', async (_, limits, sent, expected) => {
  const server = await listening(limits);
  const { closed } = await client(server, sent);
  expect(statusLine(await closed)).toBe(expected);
});

test('a client that begins no handshake is disconnected', async () => {
  const server = await listening({ handshakeTimeout: 100 });
  const socket = net.connect(server.port, '127.0.0.1');
  toClose.push(() => socket.destroy());
  await once(socket, 'close');
  const slow = await client(server);
  await new Promise((resolve) => setTimeout(resolve, 200));
  slow.socket.write(get('/'));
  expect(statusLine(await slow.heard(10))).toBe('HTTP/1.1 200 OK');
});

test('a body that never ends is not kept', async () => {
  const server = await listening({ headersTimeout: 100, requestTimeout: 100 });
  const { closed } = await client(server, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n', 'x'.repeat(500_000));
  expect(await closed).toBe('');
  // The server notices the close a little later than the client.
  while (server.connections.counts.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(server.connections.counts).toEqual({ open: 0, unauthenticated: 0 });
});

test('the oldest connections without an authenticated request are closed for newer ones', async () => {
  const server = await listening({ unauthenticatedPerAddress: 3 });
  const mine = await client(server, get('/mine'));
  await mine.heard(10);
  const first = await client(server);
  for (let i = 0; i < 3; i++) await client(server);
  expect(await first.closed).toBe('');
  mine.socket.write(get('/mine'));
  expect((await mine.heard(200)).match(/200 OK/g)).toHaveLength(2);
  expect(server.connections.counts).toEqual({ open: 4, unauthenticated: 3 });
});

test('the number of connections is limited, in total and per tenant', async () => {
  const server = await listening({ connections: 3, connectionsPerTenant: 2 });
  const mine = [];
  for (let i = 0; i < 3; i++) mine.push(await client(server, get('/mine')));
  expect((await Promise.all(mine.map((one) => one.heard(20)))).map(statusLine)).toEqual([
    'HTTP/1.1 200 OK',
    'HTTP/1.1 200 OK',
    'HTTP/1.1 429 Too Many Requests',
  ]);
  await client(server);
  expect(await mine[2]?.closed).toContain('429');
  expect(server.connections.counts).toEqual({ open: 3, unauthenticated: 1 });
});

test('the number of waiting requests per connection is limited', async () => {
  const server = await listening({ pipelined: 4 });
  const { closed } = await client(server, get('/slow').repeat(6));
  expect(await closed).toBe('');
  expect(server.waiting).toHaveLength(4);
});

/** A client in a thread of its own: it sends a long body and does not look at its connection for a moment. */
const busyClient = `
const { parentPort, workerData: { port, ca } } = require('node:worker_threads');
const socket = require('node:tls').connect({ port, host: '127.0.0.1', ca }, () => {
  socket.write('PUT /close HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: 4000000\\r\\n\\r\\n');
  socket.write(Buffer.alloc(4_000_000));
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150), 1);
});
let text = '';
socket.on('data', (chunk) => { text += chunk; });
socket.on('error', (error) => { text += error.code; });
socket.on('close', () => parentPort.postMessage(text.split('\\r\\n')[0]));
`;

test('a client that still sends the body of a refused request gets the answer', async () => {
  const { port } = await listening({});
  const workerData = { port, ca: authority.certificate };
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => once(new Worker(busyClient, { eval: true, workerData }), 'message').then(([answer]) => answer)),
  );
  expect(answers).toEqual(Array(4).fill('HTTP/1.1 413 Payload Too Large'));
});

test("a client's certificate has the CAs that were sent along with it, also on a resumed TLS session", async () => {
  const server = await listening({});
  const now = Date.now();
  const inner = await newAuthority({ commonName: 'inner', notBefore: now - 1000, notAfter: now + 3_600_000 });
  const { certificate, key } = await issueCertificate(inner, {
    commonName: 'jane',
    notBefore: now - 1000,
    notAfter: now + 3_600_000,
    usage: 'clientAuth',
  });
  const seen: unknown[] = [];
  server.handle({
    request(request, response) {
      const shown = clientCertificateOf(request.socket);
      seen.push([
        shown?.subject,
        shown?.issuerCertificate?.subject,
        request.socket instanceof TLSSocket && request.socket.isSessionReused(),
      ]);
      response.end('ok');
    },
  });
  let session: Buffer | undefined;
  const ask = async (cert: string) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', ca: authority.certificate, cert, key, session });
    socket.on('session', (made) => {
      session = made;
    });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
  };
  await ask(`${certificate}\n${inner.certificate}`);
  await ask(`${certificate}\n${inner.certificate}`);
  session = undefined;
  await ask(certificate);
  expect(seen).toEqual([
    ['CN=jane', 'CN=inner', false],
    ['CN=jane', 'CN=inner', true],
    ['CN=jane', undefined, false],
  ]);
});
