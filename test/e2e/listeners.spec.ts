import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { issueCertificate, newAuthority } from '#pki';
import { freePort, launch, type MadeCluster, type Service, startService } from '../service.js';

const folder = mkdtempSync(path.join(tmpdir(), 'orrery-listeners-'));
const file = (name: string) => path.join(folder, name);
let ca: string;
let service: Service;
let cluster: MadeCluster;
let plain: URL;

beforeAll(async () => {
  const now = Date.now();
  const authority = await newAuthority({ commonName: 'our CA', notBefore: now - 60_000, notAfter: now + 86_400_000 });
  const validity = { notBefore: now - 60_000, notAfter: now + 3_600_000 };
  const own = await issueCertificate(authority, { commonName: 'x', ...validity, usage: 'serverAuth', names: ['orrery.example'] });
  ca = authority.certificate;
  for (const [name, text] of Object.entries({ 'tls.crt': own.certificate, 'tls.key': own.key, 'ca.crt': ca }))
    writeFileSync(file(name), text);
  const env = {
    ORRERY_HTTP: 'loopback',
    ORRERY_HTTP_PORT: '0',
    ORRERY_TLS_CERT: file('tls.crt'),
    ORRERY_TLS_KEY: file('tls.key'),
    ORRERY_TLS_CA: file('ca.crt'),
  };
  service = await startService({ env });
  cluster = await service.createCluster({ name: 'c', profile: 'instant' });
  plain = new URL(/^ +(http:\/\/127\.0\.0\.1:\d+)\/graphql#token=/m.exec(service.said)?.[1] ?? '');
});
afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The status of GET /graphql over plain http, sent to a host's name. */
const plainStatus = (host: string, headers: Record<string, string> = {}) =>
  new Promise<number>((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: plain.port, path: '/graphql', headers: { host, ...headers } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .on('error', reject);
  });

/** The name of the CA whose certificate a client gets that asks for a host. */
const issuerFor = (servername: string | undefined) =>
  new Promise<string>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: Number(new URL(service.origin).port), rejectUnauthorized: false };
    const socket = tls.connect({ ...options, ...(servername && { servername }) }, () => {
      resolve(new X509Certificate(socket.getPeerCertificate().raw).issuer);
      socket.destroy();
    });
    socket.on('error', reject);
  });

test('plain http answers queries and serves subscriptions', async () => {
  const answer = await fetch(new URL('/graphql', plain), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${cluster.token}` },
    body: '{"query": "{ cluster { name } }"}',
  });
  expect(await answer.json()).toMatchObject({ data: { cluster: { name: 'c' } } });
  const client = createClient({
    url: `ws://${plain.host}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${cluster.token}` },
    retryAttempts: 0,
  });
  const events = client.iterate({ query: 'subscription { clock { mode } }' });
  expect((await events.next()).value).toMatchObject({ data: { clock: { mode: 'real' } } });
  await events.return?.();
  await client.dispose();
});

test('plain http is for this machine only: by its own names, on its own address', async () => {
  const { port } = plain;
  expect(
    await Promise.all([`127.0.0.1:${port}`, `localhost:${port}`, 'rebound.example', `10.0.0.1:${port}`].map((host) => plainStatus(host))),
  ).toEqual([200, 200, 421, 421]);
  const upgrade = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x', 'sec-websocket-version': '13' };
  expect(await plainStatus('rebound.example', upgrade)).toBe(421);
  expect(service.pids(/apps\/api\/main\.js/).flatMap((pid) => listening(pid, Number(port)))).toEqual(['0100007F']);
});

/** The addresses at which a process' network listens on a port, as /proc/net/tcp writes them. */
function listening(pid: number, port: number): string[] {
  const rows = ['tcp', 'tcp6'].flatMap((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8').trim().split('\n').slice(1));
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return rows.flatMap((row) => {
    const [, local = '', , state] = row.trim().split(/\s+/);
    const [address = '', at] = local.split(':');
    return at === wanted && state === '0A' ? [address] : [];
  });
}

test('a certificate of one’s own is shown for its host; for other names, and for addresses, that of the installation', async () => {
  expect(await Promise.all(['orrery.example', 'localhost', undefined].map(issuerFor))).toEqual([
    'CN=our CA',
    'CN=orrery-ca',
    'CN=orrery-ca',
  ]);
  expect(service.said).toMatch(/^certificate yours, for orrery\.example until \d{4}-\d\d-\d\d; /m);
});

test.each<[Record<string, string>, string]>([
  [{ ORRERY_HTTP: '0.0.0.0' }, 'ORRERY_HTTP=0.0.0.0 is not served: plain http is for this machine only (ORRERY_HTTP=loopback)'],
  [{ ORRERY_HTTP: 'loopback', ORRERY_HTTP_PORT: 'x' }, 'ORRERY_HTTP_PORT=x is not a port: use a number from 0 to 65535'],
])('%j is refused before anything is started', async (env, message) => {
  const { ended, said } = launch({ ORRERY_HOME: file('home'), ORRERY_PORT: String(await freePort()), ...env });
  expect([await ended, said()]).toEqual([1, `orrery: ${message}\n`]);
});

test('kubeconfigs trust the CA of the certificate that they lead to', async () => {
  const home = file('named');
  const named = await startService({
    home,
    env: {
      ORRERY_TLS_CERT: file('tls.crt'),
      ORRERY_TLS_KEY: file('tls.key'),
      ORRERY_TLS_CA: file('ca.crt'),
      ORRERY_PUBLIC_URL: 'https://orrery.example',
    },
  });
  const { kubeconfig } = await named.createCluster({ name: 'n', profile: 'instant' });
  const text = readFileSync(kubeconfig, 'utf8');
  await named.stop();
  expect(text).toContain('server: https://orrery.example/clusters/');
  expect(Buffer.from(/certificate-authority-data: (\S+)/.exec(text)?.[1] ?? '', 'base64').toString()).toBe(ca);
  expect(readFileSync(cluster.kubeconfig, 'utf8')).not.toContain(Buffer.from(ca).toString('base64'));
});
