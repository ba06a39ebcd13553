import { forbidden } from '#apimachinery';
import { type AdmissionPlugin, CLOSE } from '#apiserver';
import { type TestCluster, testCluster } from '#apiserver/test-cluster';
import { STREAM_LIMITS } from './limits.js';
import { streamProviders } from './providers.js';
import { controlFrame, dataHead, FIN, FrameReader, PING, RST_STREAM, SYN_REPLY, SYN_STREAM, words } from './spdy/frames.js';
import { HeaderWriter } from './spdy/headers.js';
import { runningPod, settle, TestClient } from './test-client.js';

/** Refuses to connect to pods with a name that begins with `no-`. */
const refusing: AdmissionPlugin = {
  name: 'Refusing',
  operations: ['CONNECT'],
  validate({ name, resource, subresource, object }) {
    if (name.startsWith('no-')) throw forbidden({ group: '', resource }, name, `${subresource} by ${object?.kind}`);
  },
};

const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'v5.channel.k8s.io' };
const base = '/api/v1/namespaces/default/pods';

let cluster: TestCluster;

const rule = (verbs: string[], resources: string[]) => ({ apiGroups: [''], resources, verbs });

/** A cluster with two pods. */
async function clusterOfBoxes(): Promise<TestCluster> {
  const made = await testCluster({ providers: streamProviders, admission: [refusing] });
  await made.call('POST', '/api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } } });
  for (const name of ['box', 'no-box']) {
    await made.call('POST', base, { body: runningPod(name, { image: 'busybox', command: ['sleep', '1000'] }) });
  }
  return made;
}

beforeAll(async () => {
  cluster = await clusterOfBoxes();
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'reader' } };
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await cluster.call('POST', `${rbac}/clusterroles`, {
    body: { ...role, rules: [rule(['get'], ['pods', 'pods/proxy', 'pods/exec', 'pods/portforward', 'pods/attach'])] },
  });
  await cluster.call('POST', `${rbac}/clusterrolebindings`, {
    body: {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'reader' } },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    },
  });
});

const open = (path: string, headers: Record<string, string> = upgrade, user?: { name: string; groups: string[] }) =>
  cluster.call('GET', `${base}/${path}`, { headers, ...(user && { user }) });

const spdy = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' };
const synStream = (id: number, block: Buffer): Buffer =>
  controlFrame(SYN_STREAM, 0, Buffer.concat([words(id, 0), Buffer.from([0, 0]), block]));
const forward = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'portforward.k8s.io' };

const connect = async (client: TestClient, path: string) => client.take((await open(path)).response);

test('a GET of a WebSocket needs the permission to create; admission may refuse to connect', async () => {
  const jane = { name: 'jane', groups: ['system:authenticated'] };
  const said = async (...args: Parameters<typeof open>) => {
    const { status, body, text } = await open(...args);
    return [status, (body as { message?: string }).message ?? text];
  };
  expect([
    await said('box/exec?command=ls&stdout=1', upgrade, jane),
    await said('box/portforward', upgrade, jane),
    await said('no-box/exec?command=ls&stdout=1'),
    await said('no-box/attach?stdout=1'),
    await said('no-box/portforward'),
    await said('no-box/proxy/'),
    await said('box/exec?command=ls&stdout=1', {}),
    await said('box/exec?command=ls'),
    await said('box/exec?command=ls&stdout=1', { ...upgrade, 'sec-websocket-protocol': 'chat' }),
    await said('box/exec?command=ls&stdout=1', { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v9' }),
    await said('box/exec?command=ls&stdout=1&dryRun=All'),
  ]).toEqual([
    [403, 'pods "box" is forbidden: '],
    [403, 'pods "box" is forbidden: '],
    [403, 'pods "no-box" is forbidden: exec by PodExecOptions'],
    [403, 'pods "no-box" is forbidden: attach by PodAttachOptions'],
    [403, 'pods "no-box" is forbidden: portforward by PodPortForwardOptions'],
    [403, 'pods "no-box" is forbidden: proxy by PodProxyOptions'],
    [400, 'Upgrade request required'],
    [400, 'you must specify at least 1 of stdin, stdout, stderr\n'],
    [403, 'requested protocol(s) are not supported: [chat]\n'],
    [
      403,
      'unable to upgrade: unable to negotiate protocol: client supports [v9], server accepts [v4.channel.k8s.io v3.channel.k8s.io v2.channel.k8s.io channel.k8s.io]\n',
    ],
    [400, 'dryRun is not supported'],
  ]);
});

test('a command’s output, errors and end come on their channels; standard input is closed by the signal of v5', async () => {
  const client = new TestClient();
  expect(await connect(client, 'box/exec?command=sh&command=-c&command=cat;echo%20no%20%3E%262;exit%203&stdin=1&stdout=1&stderr=1')).toBe(
    101,
  );
  client.handler?.receive(Buffer.from('\x00hello'), false);
  client.handler?.receive(Buffer.from([255, 0]), false);
  await settle();
  expect([client.channel(1), client.channel(2), JSON.parse(client.channel(3)).details, client.closed]).toEqual([
    'hello',
    'no\n',
    { causes: [{ reason: 'ExitCode', message: '3' }] },
    true,
  ]);
});

test.each([
  ['nope', 'exec: "nope": executable file not found in $PATH: unknown'],
  ['/nope', 'exec: "/nope": stat /nope: no such file or directory: unknown'],
  ['/etc/hosts', 'exec: "/etc/hosts": permission denied: unknown'],
  ['/tmp', 'exec: "/tmp": is a directory: unknown'],
])('the command %s is refused as the runtime does', async (command, want) => {
  const client = new TestClient();
  await connect(client, `box/exec?command=${command}&stdout=1`);
  await settle();
  expect(JSON.parse(client.channel(3)).message.split('unable to start container process: ')[1]).toBe(want);
});

test('the end of an attached process is a success, whatever its exit code', async () => {
  const container = { image: 'busybox', command: ['sh'], stdin: true };
  await cluster.call('POST', base, { body: runningPod('shell', container) });
  const client = new TestClient();
  await connect(client, 'shell/attach?stdin=1&stdout=1');
  client.send('\x00echo hi; exit 3\n', Buffer.from([255, 0]));
  await settle();
  expect([client.channel(1), JSON.parse(client.channel(3)), client.code]).toEqual(['hi\n', { metadata: {}, status: 'Success' }, 1000]);
});

test('input that comes with the streams is not lost', async () => {
  const client = new TestClient();
  client.take((await cluster.call('POST', `${base}/box/exec?command=cat&stdin=1&stdout=1`, { headers: spdy })).response);
  const block = new HeaderWriter();
  const syn = (id: number, type: string) => synStream(id, block.write([['streamtype', type]]));
  const data = (id: number, flags: number, text: string) => Buffer.concat([dataHead(id, flags, text.length), Buffer.from(text)]);
  client.send(Buffer.concat([syn(1, 'stdin'), data(1, 0, 'early '), syn(3, 'error'), syn(5, 'stdout'), data(1, FIN, 'late')]));
  await settle();
  expect([client.text.includes('early '), client.text.includes('late'), client.text.includes('Success'), client.closed]).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

test('a client that reads nothing stops the command, and one that leaves ends it', async () => {
  const client = new TestClient();
  client.blocked = true;
  await connect(client, 'box/exec?command=yes&stdout=1');
  await settle();
  const before = client.sent.length;
  await settle();
  expect([before < 5, client.sent.length === before]).toEqual([true, true]);
  client.handler?.closed();
  client.blocked = false;
  client.handler?.drained();
  await settle();
  expect(client.sent.length).toBe(before);
});

test('messages without sense are survived', async () => {
  const client = new TestClient();
  await connect(client, 'box/exec?command=cat&stdin=1&stdout=1');
  for (const message of [[], [4], [4, 123], [9, 9], [200], [0], [255, 200]]) client.handler?.receive(Buffer.from(message), false);
  await settle();
  expect(client.closed).toBe(true);
});

test('connections above the limit get 429, and those that end make room', async () => {
  const clients = Array.from({ length: STREAM_LIMITS.connections }, () => new TestClient());
  for (const client of clients) await connect(client, 'box/exec?command=cat&stdin=1&stdout=1');
  const refused = await open('box/exec?command=ls&stdout=1');
  for (const client of clients) client.handler?.shutdown(CLOSE.goingAway);
  const again = await open('box/exec?command=ls&stdout=1');
  again.response.takeover?.abandon();
  expect([refused.status, again.status]).toEqual([429, 101]);
});

test.each<[string, string, string, Record<string, string>]>([
  ['exec over WebSocket', 'GET', 'exec?command=cat&stdin=1&stdout=1', upgrade],
  ['exec over SPDY', 'POST', 'exec?command=cat&stdin=1&stdout=1', spdy],
  ['attach', 'POST', 'attach?stdout=1', spdy],
  ['port-forward', 'POST', 'portforward', forward],
])('%s ends when nothing has been sent for four hours, and not before', async (_, method, path, headers) => {
  const own = await clusterOfBoxes();
  const client = new TestClient();
  const { response } = await own.call(method, `${base}/box/${path}`, { headers });
  expect(client.take(response)).toBe(101);
  const ping = headers === upgrade ? Buffer.from('\x00x') : controlFrame(PING, 0, words(1));
  const block = new HeaderWriter();
  const streams = method === 'GET' ? [] : path.includes('stdin') ? ['error', 'stdin', 'stdout'] : ['error', 'stdout'];
  if (headers === spdy) client.send(...streams.map((type, at) => synStream(2 * at + 1, block.write([['streamtype', type]]))));
  await settle();
  const hour = 3_600_000;
  own.timers.pass(3 * hour);
  client.send(ping);
  await settle();
  own.timers.pass(4 * hour - 1);
  await settle();
  expect(client.code).toBe(undefined);
  own.timers.pass(1);
  await settle();
  expect(client.code).toBe(1000);
});

test('a client that does not create its SPDY streams within thirty seconds is disconnected', async () => {
  const own = await clusterOfBoxes();
  const client = new TestClient();
  client.take((await own.call('POST', `${base}/box/exec?command=cat&stdin=1&stdout=1`, { headers: spdy })).response);
  client.send(synStream(1, new HeaderWriter().write([['streamtype', 'error']])));
  own.timers.pass(29_999);
  expect(client.closed).toBe(false);
  own.timers.pass(1);
  expect([client.closed, own.timers.waiting]).toEqual([true, []]);
});

test.each<[string, string, string, Record<string, string>, string]>([
  ['exec over WebSocket', 'GET', 'exec?command=cat&stdin=1&stdout=1', upgrade, 'pods/exec'],
  ['exec over SPDY', 'POST', 'exec?command=cat&stdin=1&stdout=1', spdy, 'pods/exec'],
  ['attach', 'POST', 'attach?stdout=1', spdy, 'pods/attach'],
  ['port-forward', 'POST', 'portforward', forward, 'pods/portforward'],
])('%s is allowed as long as its user may create it', async (_, method, path, headers, resource) => {
  const own = await clusterOfBoxes();
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const bound = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'own' } };
  const rules = [rule(['get', 'create'], ['pods', resource])];
  await own.call('POST', `${rbac}/clusterroles`, { body: { ...bound, kind: 'ClusterRole', rules } });
  const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'joe' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'own' };
  await own.call('POST', `${rbac}/clusterrolebindings`, { body: { ...bound, kind: 'ClusterRoleBinding', roleRef, subjects } });
  const user = { name: 'joe', groups: ['system:authenticated'] };
  const { status, response } = await own.call(method, `${base}/box/${path}`, { headers, user });
  const before = await response.stillAllowed?.();
  await own.call('DELETE', `${rbac}/clusterrolebindings/own`);
  expect([status, before, await response.stillAllowed?.()]).toEqual([101, true, false]);
  response.takeover?.abandon();
});

test('streams that are opened and reset at once do not open more connections than the limit', async () => {
  const client = new TestClient();
  client.take((await cluster.call('POST', `${base}/box/portforward`, { headers: forward })).response);
  const block = new HeaderWriter();
  const pairs = 100;
  const parts: Buffer[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const headers = (type: string) => block.write(Object.entries({ streamtype: type, port: '80', requestid: String(pair) }));
    const id = 4 * pair + 1;
    parts.push(synStream(id, headers('error')), synStream(id + 2, headers('data')));
    for (const reset of [id, id + 2]) parts.push(controlFrame(RST_STREAM, 0, words(reset, 5)));
  }
  client.send(Buffer.concat(parts));
  const reader = new FrameReader();
  for (const bytes of client.sent) reader.append(bytes);
  const types: number[] = [];
  for (let frame = reader.next(); frame; frame = reader.next()) if (frame.kind === 'control') types.push(frame.type);
  const count = (type: number) => types.filter((one) => one === type).length;
  expect([count(SYN_REPLY), count(RST_STREAM)]).toEqual([pairs + STREAM_LIMITS.opening, pairs - STREAM_LIMITS.opening]);
  await settle();
  expect([client.closed, cluster.timers.waiting.filter((wait) => wait === STREAM_LIMITS.streamCreation)]).toEqual([false, []]);
  client.handler?.closed();
});
