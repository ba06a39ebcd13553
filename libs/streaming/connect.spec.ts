import { forbidden } from '#apimachinery';
import { type AdmissionPlugin, CLOSE } from '#apiserver';
import { type TestCluster, testCluster } from '#apiserver/test-cluster';
import { STREAM_LIMITS } from './limits.js';
import { streamProviders } from './providers.js';
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

beforeAll(async () => {
  cluster = await testCluster({ providers: streamProviders, admission: [refusing] });
  await cluster.call('POST', '/api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } } });
  for (const name of ['box', 'no-box'])
    await cluster.call('POST', base, { body: runningPod(name, { image: 'busybox', command: ['sleep', '1000'] }) });
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'reader' } };
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await cluster.call('POST', `${rbac}/clusterroles`, {
    body: { ...role, rules: [rule(['get'], ['pods', 'pods/exec', 'pods/portforward', 'pods/attach'])] },
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

test('a command that does not exist is reported as the runtime does', async () => {
  const client = new TestClient();
  await connect(client, 'box/exec?command=nope&stdout=1');
  await settle();
  expect(JSON.parse(client.channel(3)).message).toMatch(/exec: "nope": executable file not found in \$PATH: unknown$/);
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
