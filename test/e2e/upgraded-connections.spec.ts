import { once } from 'node:events';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { jest } from '@jest/globals';
import WebSocket from 'ws';
import { ClusterApi } from '../cluster-api.js';
import { type Service, startService, until } from '../service.js';

jest.setTimeout(180_000);

const PODS = '/api/v1/namespaces/default/pods';
const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const apiPid = /apps\/api\/main\.js/;

let service: Service;
let api: ClusterApi;

beforeAll(async () => {
  service = await startService();
  api = new ClusterApi(service, await service.createCluster({ name: 'upgrades', profile: 'instant' }));
  const pods = [
    { name: 'box', containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '100000'] }] },
    { name: 'echo', containers: [{ name: 'c', image: 'jmalloc/echo-server:0.3.7' }] },
  ];
  for (const { name, containers } of pods) await api.must('POST', PODS, { metadata: { name }, spec: { containers } });
  expect(await until(async () => (await api.must('GET', PODS)).items.every((pod: Running) => pod.status?.phase === 'Running'))).toBe(true);
});

interface Running {
  status?: { phase?: string };
}

afterAll(() => service?.stop());

/** An upgraded connection of a client. */
interface Opened {
  status: number;
  text: string;
  /** How it was closed: the code of a WebSocket, 0 for other connections; undefined while it is open. */
  closed(): number | undefined;
  received(): string;
  end(): void;
}

function websocket(path: string, { token, protocol }: { token: string; protocol?: string }): Promise<Opened> {
  const url = `${service.origin.replace('https', 'wss')}${api.prefix}${path}`;
  const socket = new WebSocket(url, protocol ?? [], { ca: service.ca, headers: { authorization: `Bearer ${token}` } });
  let code: number | undefined;
  let received = '';
  socket.on('message', (data) => {
    received += String(data);
  });
  socket.on('close', (given) => {
    code = given;
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    const opened = { status: 101, text: '', closed: () => code, received: () => received, end: () => socket.terminate() };
    socket.on('open', () => resolve({ ...opened, end: () => socket.close() }));
    socket.on('unexpected-response', (_, response) => {
      let text = '';
      response.on('data', (part: Buffer) => {
        text += part.toString();
      });
      response.on('end', () => resolve({ ...opened, status: response.statusCode ?? 0, text }));
    });
  });
}

/** A connection of SPDY, on which nothing is sent. */
function spdy(path: string, { token, protocol }: { token: string; protocol: string }): Promise<Opened> {
  const headers = {
    ...{ authorization: `Bearer ${token}`, connection: 'Upgrade', upgrade: 'SPDY/3.1' },
    'x-stream-protocol-version': protocol,
  };
  const call = https.request(new URL(`${api.prefix}${path}`, service.origin), { method: 'POST', ca: service.ca, headers, agent: false });
  return new Promise((resolve, reject) => {
    call.on('upgrade', (response, socket: Duplex) => {
      let received = '';
      let code: number | undefined;
      socket.on('data', (part: Buffer) => {
        received += part.toString('hex');
      });
      socket.on('close', () => {
        code = 0;
      });
      socket.on('error', () => undefined);
      const end = () => socket.destroy();
      resolve({ status: response.statusCode ?? 0, text: '', closed: () => code, received: () => received, end });
    });
    call.on('response', (response) => reject(new Error(`status ${response.statusCode}`)));
    call.on('error', reject);
    call.end();
  });
}

/** A tunnel of a port-forward as kubectl opens it since v1.31: SPDY in the frames of a WebSocket. `frame` is sent, masked with zeros. */
function tunnel(path: string, frame: Buffer): Promise<Pick<Opened, 'status' | 'received' | 'end'> & { protocol: unknown }> {
  const headers = {
    ...{ authorization: `Bearer ${api.cluster.token}`, connection: 'Upgrade', upgrade: 'websocket' },
    ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
    'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io',
  };
  const call = https.request(new URL(`${api.prefix}${path}`, service.origin), { ca: service.ca, headers, agent: false });
  return new Promise((resolve, reject) => {
    call.on('upgrade', (response, socket: Duplex) => {
      let received = '';
      socket.on('data', (part: Buffer) => {
        received += part.toString('hex');
      });
      socket.on('error', () => undefined);
      socket.write(Buffer.concat([Buffer.from([0x82, 0x80 | frame.length, 0, 0, 0, 0]), frame]));
      const protocol = response.headers['sec-websocket-protocol'];
      resolve({ status: response.statusCode ?? 0, protocol, received: () => received, end: () => socket.destroy() });
    });
    call.on('response', (response) => reject(new Error(`status ${response.statusCode}`)));
    call.on('error', reject);
    call.end();
  });
}

test('a port-forward is tunnelled through a WebSocket, although the name of its protocol is no token', async () => {
  const ping = '800300060000000400000001';
  const { status, protocol, received, end } = await tunnel(`${PODS}/box/portforward`, Buffer.from(ping, 'hex'));
  expect([status, protocol]).toEqual([101, 'SPDY/3.1+portforward.k8s.io']);
  expect(await until(() => received() === `820c${ping}`, 60_000)).toBe(true);
  end();
});

const exec = `${PODS}/box/exec?command=cat&stdin=1&stdout=1`;
const opens: Readonly<Record<string, (token: string) => Promise<Opened>>> = {
  'exec over WebSocket': (token) => websocket(exec, { token, protocol: 'v5.channel.k8s.io' }),
  'exec over SPDY': (token) => spdy(exec, { token, protocol: 'v4.channel.k8s.io' }),
  attach: (token) => websocket(`${PODS}/box/attach?stdout=1`, { token, protocol: 'v4.channel.k8s.io' }),
  'port-forward': (token) => spdy(`${PODS}/box/portforward`, { token, protocol: 'portforward.k8s.io' }),
  'a proxied WebSocket': (token) => websocket(`${PODS}/echo:8080/proxy/`, { token }),
};

const GOAWAY = '80030007';

/** Makes an account that may do everything with pods; returns a token of it. */
async function newAccount(name: string): Promise<string> {
  await api.must('POST', ACCOUNTS, { metadata: { name } });
  await api.must('POST', `${RBAC}/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'default', name }],
  });
  await api.must('POST', PODS, { metadata: { name: `of-${name}` }, spec: { containers: [{ name: 'c', image: 'busybox' }] } });
  return (await api.must('POST', `${ACCOUNTS}/${name}/token`, { spec: {} })).status.token;
}

async function boundToken(account: string, pod: string): Promise<string> {
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: pod };
  return (await api.must('POST', `${ACCOUNTS}/${account}/token`, { spec: { boundObjectRef } })).status.token;
}

test.each<[string, (name: string) => Promise<string>, (name: string) => Promise<unknown>]>([
  ['right', newAccount, (name) => api.must('DELETE', `${RBAC}/rolebindings/${name}`)],
  ['account', newAccount, (name) => api.must('DELETE', `${ACCOUNTS}/${name}`)],
  [
    'token',
    async (name) => {
      await newAccount(name);
      await api.must('POST', PODS, {
        metadata: { name: `${name}-bound` },
        spec: { serviceAccountName: name, containers: [{ name: 'c', image: 'busybox' }] },
      });
      return boundToken(name, `${name}-bound`);
    },
    (name) => api.must('DELETE', `${PODS}/${name}-bound?gracePeriodSeconds=0`),
  ],
])('connections are cut when the user’s %s is taken away, and no others', async (what, make, take) => {
  const [own, other] = [await make(what), await newAccount(`other-${what}`)];
  const opened = await Promise.all(Object.values(opens).map((open) => open(own)));
  const kept = await Promise.all(Object.values(opens).map((open) => open(other)));
  expect(opened.map(({ status }) => status)).toEqual(opened.map(() => 101));
  await take(what);
  expect(await until(() => opened.every(({ closed }) => closed() !== undefined), 60_000)).toBe(true);
  expect(opened.map(({ closed }) => closed())).toEqual([1008, 0, 1008, 0, expect.any(Number)]);
  expect(kept.map(({ closed }) => closed())).toEqual(kept.map(() => undefined));
  for (const { end } of kept) end();
});

test('an api process that is terminated ends its connections within its time, and takes over no more', async () => {
  const { token } = api.cluster;
  const opened = await Promise.all(Object.values(opens).map((open) => open(token)));
  const [pid] = service.pids(apiPid);
  // A request whose body does not come keeps the process draining.
  const headers = {
    ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': '100' },
    // The process says that it has begun to answer.
    expect: '100-continue',
  };
  const upload = https.request(new URL(`${api.prefix}${PODS}`, service.origin), { method: 'POST', ca: service.ca, headers, agent: false });
  upload.on('error', () => undefined);
  upload.flushHeaders();
  await once(upload, 'continue');
  upload.write('{');
  process.kill(pid ?? 0, 'SIGTERM');
  expect(await until(() => opened.every(({ closed }) => closed() !== undefined), 60_000)).toBe(true);
  const refused = await opens['exec over WebSocket']?.(token);
  expect([refused?.status, refused?.text]).toEqual([429, 'The apiserver is shutting down, please try again later.\n']);
  upload.destroy();
  expect(opened.map(({ closed }) => closed())).toEqual([1001, 0, 1001, 0, expect.any(Number)]);
  expect([opened[1]?.received(), opened[3]?.received()]).toEqual([
    expect.stringMatching(new RegExp(`^${GOAWAY}`)),
    expect.stringMatching(new RegExp(`^${GOAWAY}`)),
  ]);
  expect(await until(() => service.pids(apiPid).some((one) => one !== pid), 60_000)).toBe(true);
});
