import fs from 'node:fs';
import { createServer as plainServer, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type HttpCall, NoAnswer } from '#apiserver';
import { openAuthority } from '../pki/certificate-authority.js';
import { AllowedHosts } from './allowed-hosts.js';
import { WebhookConnections } from './webhook-connections.js';

let ca: string;
let tls: { key: string; cert: string };
const servers: Array<Pick<Server, 'close' | 'closeAllConnections'>> = [];

beforeAll(async () => {
  const authority = await openAuthority(path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-hooks-')), 'pki'));
  ca = authority.certificate;
  const issued = await authority.issueServer(['localhost', '127.0.0.1']);
  tls = { key: issued.key, cert: issued.certificate };
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(answer: RequestListener, make: 'https' | 'http' = 'https'): Promise<number> {
  const server = make === 'https' ? createServer(tls, answer) : plainServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const call = (more: Partial<HttpCall> = {}): HttpCall => ({
  path: '/p?timeout=10s',
  body: '{"a":1}',
  serverName: 'localhost',
  ca,
  timeout: 60_000,
  ...more,
});

/** What a call of the host answers, or why it did not. */
async function outcome(host: string, port: number, given: HttpCall, entries = [`localhost:${port}`, `127.0.0.1:${port}`]) {
  const answered = new WebhookConnections(new AllowedHosts(entries)).of('c')(host, port, given);
  if (answered === undefined) return 'not allowed';
  return answered.catch((error: unknown) => (error instanceof NoAnswer ? error.message : Promise.reject(error)));
}

it('posts the review and returns what was answered', async () => {
  const seen: unknown[] = [];
  const port = await listening((request, response) => {
    const { method, url, headers } = request;
    let body = '';
    request
      .on('data', (chunk: Buffer) => (body += chunk.toString()))
      .on('end', () => {
        seen.push([method, url, headers.host, headers['content-type'], body]);
        response.writeHead(302, { location: '/elsewhere', 'content-type': 'text/plain' }).end('over there');
      });
  });
  expect(await outcome('localhost', port, call())).toEqual({ status: 302, contentType: 'text/plain', body: 'over there' });
  expect(seen).toEqual([['POST', '/p?timeout=10s', `localhost:${port}`, 'application/json', '{"a":1}']]);
});

it('connects to nothing that is not allowed', async () => {
  let connections = 0;
  const port = await listening((_, response) => {
    connections++;
    response.end('{}');
  });
  expect([
    await outcome('localhost', port, call(), []),
    await outcome('127.0.0.1', port, call(), ['localhost', '127.0.0.1']),
    // The name is allowed, but it leads to this machine.
    await outcome('localhost', port, call(), [`localhost:${port}`]),
    connections,
  ]).toEqual([
    'not allowed',
    'not allowed',
    expect.stringMatching(/^dial tcp (127\.0\.0\.1|\[::1\]):\d+: connect: network is unreachable$/),
    0,
  ]);
});

it.each<[string, Partial<HttpCall>, string]>([
  ['an unknown CA', { ca: undefined as never }, 'tls: failed to verify certificate: x509: certificate signed by unknown authority'],
  [
    'another name',
    { serverName: 'svc.ns.svc' },
    'tls: failed to verify certificate: x509: certificate is valid for localhost, not svc.ns.svc',
  ],
])('verifies the certificate: %s', async (_, more, want) => {
  const port = await listening((_request, response) => response.end('{}'));
  const { ca: _ca, ...rest } = call(more);
  expect(await outcome('127.0.0.1', port, more.ca === undefined && 'ca' in more ? rest : call(more))).toBe(want);
});

it('bounds time and bytes', async () => {
  const silent = await listening(() => undefined);
  const dripping = await listening((_, response) => {
    response.writeHead(200);
    response.write('{');
  });
  const endless = await listening((_, response) => {
    const more = () => {
      while (response.write('x'.repeat(64 * 1024))) if (response.destroyed) return;
      response.once('drain', more);
    };
    more();
  });
  expect(await outcome('127.0.0.1', silent, call({ timeout: 300 }))).toBe('context deadline exceeded');
  expect(await outcome('127.0.0.1', dripping, call({ timeout: 300 }))).toMatch(/^context deadline exceeded/);
  expect(await outcome('127.0.0.1', endless, call())).toBe('http: response body too large');
});

it('words what goes wrong as Go does', async () => {
  const gone = await listening(() => undefined);
  for (const server of servers.splice(0)) server.close();
  const plain = await listening((_, response) => response.end('{}'), 'http');
  const cut = await listening((request) => request.socket.destroy());
  expect([
    await outcome('127.0.0.1', gone, call()),
    await outcome('127.0.0.1', plain, call()),
    await outcome('127.0.0.1', cut, call()),
    await outcome('no-such-host.invalid', 443, call(), ['no-such-host.invalid']),
  ]).toEqual([
    `dial tcp 127.0.0.1:${gone}: connect: connection refused`,
    'http: server gave HTTP response to HTTPS client',
    'EOF',
    'dial tcp: lookup no-such-host.invalid: no such host',
  ]);
});

it("bounds one cluster's calls, and another is not affected", async () => {
  const port = await listening(() => undefined);
  const connections = new WebhookConnections(new AllowedHosts([`127.0.0.1:${port}`]));
  const send = (cluster: string) =>
    connections
      .of(cluster)('127.0.0.1', port, call({ timeout: 1000 }))
      ?.catch((error: Error) => error.message);
  const flood = Array.from({ length: 40 }, () => send('a'));
  const outcomes = await Promise.all([...flood, send('b')]);
  const refused = outcomes.filter((text) => text === 'too many calls of webhooks are in progress').length;
  expect([refused, outcomes.at(-1)]).toEqual([8, 'context deadline exceeded']);
});
