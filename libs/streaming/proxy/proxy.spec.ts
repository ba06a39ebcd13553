import { type TestCluster, testCluster } from '#apiserver/test-cluster';
import { streamProviders } from '../providers.js';
import { runningPod, settle, TestClient } from '../test-client.js';

const pods = '/api/v1/namespaces/default/pods';
const services = '/api/v1/namespaces/default/services';

let cluster: TestCluster;

const agnhost = { image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: ['porter'] };
const pages = {
  SERVE_PORT_80: '<!DOCTYPE html><a href="/rewriteme">test</a><a href="http://10.0.0.1:80/b">b</a>',
  SERVE_TLS_PORT_443: 'secret',
};

beforeAll(async () => {
  cluster = await testCluster({ providers: streamProviders });
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } };
  const status = { addresses: [{ type: 'InternalIP', address: '172.18.0.2' }], nodeInfo: { kubeletVersion: 'v1.36.2' } };
  await cluster.call('POST', '/api/v1/nodes', { body: { ...node, status } });
  const made = [
    runningPod('echo', { image: 'jmalloc/echo-server:0.3.7' }),
    runningPod('nginx', { image: 'nginx:1.27' }),
    runningPod('db', { image: 'redis:7' }),
    runningPod('porter', { ...agnhost, env: Object.entries(pages).map(([name, value]) => ({ name, value })) }),
  ];
  for (const body of made) await cluster.call('POST', pods, { body });
  const metadata = { name: 'echo' };
  const body = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80, targetPort: 8080 }] } };
  await cluster.call('POST', services, { body });
  const addresses = [{ ip: '10.0.0.1', targetRef: { kind: 'Pod', name: 'echo', namespace: 'default' } }];
  await cluster.call('POST', '/api/v1/namespaces/default/endpoints', {
    body: { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses, ports: [{ port: 8080 }] }] },
  });
});

const handshake = {
  connection: 'keep-alive, Upgrade',
  upgrade: 'websocket',
  host: 'localhost:8001',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** A frame of a client, masked with zeros. */
const frame = (opcode: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text, 'latin1')]);

test.each([`${pods}/echo:8080/proxy/chat`, `${services}/echo:80/proxy/chat`])('a WebSocket reaches the program behind %s', async (path) => {
  const { response } = await cluster.call('GET', path, { headers: handshake });
  const client = new TestClient();
  expect([client.take(response), Buffer.from(response.takeover?.response ?? []).toString()]).toEqual([
    101,
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
  ]);
  client.send(frame(1, 'one'), frame(2, 'two'), frame(9, 'ping'), frame(8, '\x03\xe8'));
  await settle();
  expect([client.text, client.closed]).toEqual(['\x81\x16Request served by echo\x81\x03one\x82\x03two\x8a\x04ping\x88\x02\x03\xe8', true]);
});

test('an upgrade that fails is answered as upstream answers it', async () => {
  const asked = async (path: string, headers: Record<string, string> = handshake) => {
    const { status, body, text } = await cluster.call('GET', path, { headers });
    return [status, (body as { message?: string }).message ?? text];
  };
  expect([
    await asked(`${pods}/nginx:80/proxy/`),
    await asked(`${pods}/nginx:80/proxy/nope`),
    await asked(`${pods}/nginx:81/proxy/`),
    await asked(`${pods}/db:6379/proxy/`),
    await asked(`${pods}/https:nginx:80/proxy/`),
    await asked(`${pods}/porter:443/proxy/`),
    await asked(`${pods}/echo:8080/proxy/`, { ...handshake, 'sec-websocket-key': '' }),
    await asked('/api/v1/nodes/n:81/proxy/'),
  ]).toEqual([
    [500, 'invalid upgrade response: status code 200'],
    [404, expect.stringContaining('<center><h1>404 Not Found</h1></center>')],
    [500, 'error dialing backend: dial tcp 10.0.0.1:81: connect: connection refused'],
    [500, 'unexpected EOF'],
    [500, 'error dialing backend: tls: first record does not look like a TLS handshake'],
    [400, 'Client sent an HTTP request to an HTTPS server.\n'],
    [400, 'Missing or invalid Sec-WebSocket-Key header'],
    [503, 'error trying to reach service: dial tcp 172.18.0.2:81: connect: connection refused'],
  ]);
});

test('a program is written to no faster than its client reads', async () => {
  const client = new TestClient();
  client.take((await cluster.call('GET', `${pods}/echo:8080/proxy/`, { headers: handshake })).response);
  await settle();
  client.blocked = true;
  let given = 0;
  while (!client.paused && given < 1000) {
    client.send(...Array.from({ length: 100 }, () => frame(2, 'x'.repeat(100))));
    given += 100;
    await settle();
  }
  const held = client.sent.length;
  await settle();
  expect([client.paused, client.sent.length - held]).toEqual([true, 0]);
  client.blocked = false;
  client.handler?.drained();
  for (let at = 0; at < 100; at++) await settle();
  expect([client.paused, client.text.split('\x82\x64').length - 1]).toEqual([false, given]);
});

test('a client that leaves ends the program’s connection', async () => {
  const client = new TestClient();
  client.take((await cluster.call('GET', `${pods}/echo:8080/proxy/`, { headers: handshake })).response);
  client.handler?.closed();
  const before = client.sent.length;
  client.send(frame(1, 'late'));
  await settle();
  expect(client.sent.length).toBe(before);
});

test('links of pages and redirects lead through the proxy; what is forwarded is named', async () => {
  const prefix = `${pods}/porter:80/proxy`;
  const page = await cluster.call('GET', `${prefix}/x`, { headers: { host: 'localhost:8001' } });
  expect([page.status, page.text]).toEqual([200, `<!DOCTYPE html><a href="${prefix}/rewriteme">test</a><a href="${prefix}/b">b</a>`]);
  const headers = {
    host: 'localhost:8001',
    authorization: 'Bearer x',
    'x-forwarded-for': '10.1.1.1',
    connection: 'close',
    'access-control-allow-origin': '*',
  };
  const echoed = await cluster.call('POST', `${services}/echo:80/proxy/a b#/c`, { headers, raw: Buffer.from('body') });
  expect(echoed.text.split('\n')).toEqual([
    'Request served by echo',
    '',
    'POST /a%20b%23/c HTTP/1.1',
    '',
    'Host: localhost:8001',
    'Access-Control-Allow-Origin: *',
    'User-Agent: spec/1.0',
    'X-Forwarded-For: 10.1.1.1',
    `X-Forwarded-Uri: ${services}/echo:80/proxy/a%20b%23/c`,
    '',
    'body',
  ]);
});
