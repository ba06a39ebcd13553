import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import path from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { jest } from '@jest/globals';
import { type MadeCluster, type Service, startService, until } from '../service.js';

jest.setTimeout(120_000);

const apiPid = /apps\/api\/main\.js/;

let service: Service;
let cluster: MadeCluster;
let pid: number[];

beforeAll(async () => {
  service = await startService();
  cluster = await service.createCluster({ name: 'own', profile: 'instant' });
  pid = service.pids(apiPid);
}, 120_000);

afterAll(() => service?.stop());

/** After every attack: the same process still answers. */
afterEach(async () => {
  expect(await service.request('/livez')).toMatchObject({ status: 200, text: 'ok' });
  expect(service.pids(apiPid)).toEqual(pid);
});

interface Raw {
  socket: TLSSocket;
  /** The connection below TLS. */
  below: Socket;
  text(): string;
  closed: Promise<string>;
}

/** A TLS connection on which a text is sent unchanged. */
async function raw(sent: string): Promise<Raw> {
  const { port } = new URL(service.origin);
  const below = connectTcp({ port: Number(port), host: '127.0.0.1' });
  const socket = connect({ socket: below, servername: 'localhost', ca: service.ca });
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  for (const one of [below, socket]) one.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  socket.write(sent, 'latin1');
  return { socket, below, text: () => text, closed };
}

const upgrade = (target: string, more = '') =>
  `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${more}\r\n`;

test.each<[string, string]>([
  ['//', '404 Not Found'],
  ['http://[', '404 Not Found'],
  ['/%', '404 Not Found'],
  ['/clusters/%/api', '401 Unauthorized'],
  ['/clusters/none/api/%zz', '400 Bad Request'],
  ['/clusters/none/api/v1/namespaces/a/pods/b/exec', '401 Unauthorized'],
  ['*', '404 Not Found'],
  ['?', '400 Bad Request'],
  ['/graphql/x', '404 Not Found'],
])('an upgrade on %s is rejected', async (target, status) => {
  const { closed } = await raw(upgrade(target));
  expect((await closed).split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
});

test('an upgrade with a declared body is answered', async () => {
  const { closed } = await raw(
    upgrade(`/clusters/${cluster.id}/api/v1/nodes`, `Authorization: Bearer ${cluster.token}\r\nContent-Length: 5\r\n`),
  );
  expect((await closed).split('\r\n')[0]).toBe('HTTP/1.1 200 OK');
});

test('sockets are reset while an upgrade is answered', async () => {
  for (let i = 0; i < 30; i++) {
    const targets = ['//', '/graphql', `/clusters/${cluster.id}/api`, '/clusters/none/api'];
    const { below } = await raw(upgrade(targets[i % targets.length] ?? ''));
    below.resetAndDestroy();
  }
});

test.each(['/clusters/none/api/v1/pods', '/platform/v1/clusters'])(
  'a body for %s is rejected before it is read if the token is invalid',
  async (target) => {
    const head = `POST ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer none\r\nContent-Type: application/json\r\nContent-Length: 2900000\r\n\r\n`;
    const { closed, socket } = await raw(head);
    socket.write('x'.repeat(64 * 1024));
    expect((await closed).split('\r\n')[0]).toBe('HTTP/1.1 401 Unauthorized');
  },
);

test('the number of concurrent bodies without a token is limited', async () => {
  const head = `POST /clusters/${cluster.id}/api/v1/pods HTTP/1.1\r\nHost: x\r\nContent-Length: 2900000\r\n\r\n`;
  const half = `${head}${'x'.repeat(2_800_000)}`;
  const opened: Raw[] = [];
  for (let i = 0; i < 6; i++) opened.push(await raw(half));
  // At most 8 MiB of them are held at once.
  expect(await until(() => opened.filter((one) => one.text().startsWith('HTTP/1.1 429')).length >= 4, 30_000)).toBe(true);
  // Those with a token have a separate budget.
  const made = await service.request(`/clusters/${cluster.id}/api/v1/namespaces/default/configmaps`, {
    method: 'POST',
    token: cluster.token,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { name: 'big' }, data: { a: 'x'.repeat(50_000) } }),
  });
  expect(made.status).toBe(201);
  for (const one of opened) one.socket.destroy();
});

const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid[0]}/status`, 'utf8'))?.[1]) / 1024;

test('Accept headers are not kept, however many and long', async () => {
  const send = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const accept = `application/${i};x=${'y'.repeat(400_000)}`;
      await service.request(`/clusters/${cluster.id}/version`, { headers: { accept } });
    }
  };
  // Garbage that has not been collected yet has its place from now on.
  await send(0, 200);
  const before = resident();
  await send(200, 700);
  // 200 MB of texts.
  expect(resident() - before).toBeLessThan(150);
});

test('unauthenticated connections are closed for new ones, without affecting others', async () => {
  const watching = await raw(
    `GET /clusters/${cluster.id}/api/v1/nodes?watch=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${cluster.token}\r\n\r\n`,
  );
  await until(() => watching.text().includes('ADDED'), 30_000);
  const strangers: Raw[] = [];
  for (let i = 0; i < 300; i++) strangers.push(await raw(''));
  await strangers[0]?.closed;
  expect(watching.socket.destroyed).toBe(false);
  for (const one of [watching, ...strangers]) one.socket.destroy();
});

test('endless pipelined requests close only their connection', async () => {
  const { closed } = await raw(`GET /clusters/${cluster.id}/version HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(2_000));
  await closed;
});

test('none of this was logged as an internal error', () => {
  const log = readFileSync(path.join(service.home, 'logs/api.log'), 'utf8');
  expect(log.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
});
