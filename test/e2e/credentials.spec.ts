import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ClusterApi } from '../cluster-api.js';
import { kubectls, run } from '../kubectl.js';
import { requesterOf, type Service, startService, until } from '../service.js';

const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const PODS = '/api/v1/namespaces/default/pods';

let service: Service;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service?.stop());

async function madeCluster(name: string, more: object = {}): Promise<{ api: ClusterApi; kubeconfig: string }> {
  const made = await service.createCluster({ name, profile: 'instant', ...more });
  return { api: new ClusterApi(service, made), kubeconfig: made.kubeconfig };
}

async function newToken(api: ClusterApi, account = 'default', spec: object = {}): Promise<string> {
  const { status } = await api.must('POST', `${ACCOUNTS}/${account}/token`, { spec });
  return status.token;
}

/** An account that may view what is in its namespace. */
async function viewer(api: ClusterApi, name: string): Promise<void> {
  await api.must('POST', ACCOUNTS, { metadata: { name } });
  await api.must('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
  });
}

test('a token opens its own cluster as its account, and no other', async () => {
  const [{ api: own }, { api: other }] = [await madeCluster('own'), await madeCluster('other')];
  const token = await newToken(own);
  const { status, json } = await own.call('POST', WHOAMI, {}, { token });
  expect([status, json.status.userInfo.username]).toEqual([201, 'system:serviceaccount:default:default']);
  expect((await own.call('GET', PODS, undefined, { token })).status).toBe(403);
  const refused = [
    await other.call('POST', WHOAMI, {}, { token }),
    await own.call('POST', WHOAMI, {}, { token: `${token}x` }),
    await own.call('POST', WHOAMI, {}, { token: await newToken(own, 'default', { audiences: ['vault'] }) }),
  ];
  expect(refused.map(({ status: code, json: body }) => [code, body.message])).toEqual(Array(3).fill([401, 'Unauthorized']));
  // Neither the platform nor the graph takes it.
  expect((await service.request('/platform/v1/clusters', { token })).status).toBe(401);
  const keys = [await own.must('GET', '/openid/v1/jwks'), await other.must('GET', '/openid/v1/jwks')];
  expect(keys[0].keys[0].n).not.toBe(keys[1].keys[0].n);
});

test('a token expires when the clock is advanced', async () => {
  const { api } = await madeCluster('stepped', { clock: { mode: 'stepped' } });
  const token = await newToken(api, 'default', { expirationSeconds: 600 });
  expect((await api.call('POST', WHOAMI, {}, { token })).status).toBe(201);
  const path = `/platform/v1/clusters/${api.cluster.id}/clock/advance`;
  const headers = { 'content-type': 'application/json' };
  await service.request(path, { method: 'POST', token: service.adminToken, headers, body: '{"by": "12m"}' });
  expect((await api.call('POST', WHOAMI, {}, { token })).status).toBe(401);
});

test('watches end with the account, and with the pod that the token is bound to', async () => {
  const { api } = await madeCluster('watched');
  for (const name of ['deleted', 'kept']) await viewer(api, name);
  await api.must('POST', PODS, {
    metadata: { name: 'p' },
    spec: { serviceAccountName: 'kept', containers: [{ name: 'c', image: 'nginx' }] },
  });
  const bound = { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } };
  const tokens = [await newToken(api, 'deleted'), await newToken(api, 'kept', bound), await newToken(api, 'kept')];
  const ended = [false, false, false];
  const watches = await Promise.all(
    tokens.map((token) => new ClusterApi(service, { ...api.cluster, token }).watch('/api/v1/namespaces/default/configmaps')),
  );
  watches.forEach((watch, index) => {
    void watch.ended.then(() => {
      ended[index] = true;
    });
  });
  await api.must('DELETE', `${ACCOUNTS}/deleted`);
  expect(await until(() => ended[0], 60_000)).toBe(true);
  expect(ended).toEqual([true, false, false]);
  await api.must('DELETE', `${PODS}/p?gracePeriodSeconds=0`);
  expect(await until(() => ended[1], 60_000)).toBe(true);
  expect(ended).toEqual([true, true, false]);
  for (const watch of watches) watch.close();
});

test('the graph does not impersonate: it refuses who asks for that, and does not answer as whoever asks', async () => {
  const { api } = await madeCluster('graph-impersonated');
  const { token } = api.cluster;
  const named = { 'impersonate-user': 'jane' };
  const message = 'The graph does not impersonate: send the credentials of that user, or ask canI(as:).';
  for (const accept of ['application/json', 'text/event-stream']) {
    const headers = { 'content-type': 'application/json', accept, ...named };
    const body = JSON.stringify({ query: '{ cluster { name } }' });
    const { status, text } = await service.request('/graphql', { method: 'POST', token, headers, body });
    expect([status, JSON.parse(text)]).toEqual([400, { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }]);
  }
  for (const [headers, payload] of [
    [named, {}],
    [{}, { 'Impersonate-Group': 'viewers' }],
  ]) {
    const socket = new WebSocket(`${service.origin.replace('https', 'wss')}/graphql`, 'graphql-transport-ws', { ca: service.ca, headers });
    socket.once('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}`, ...payload } })),
    );
    const closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve([code, String(reason)])));
    expect(await closed).toEqual([4403, message]);
  }
});

test('the graph takes the tokens of accounts for the cluster that is named, with the rights of the account', async () => {
  const [{ api }, { api: other }] = [await madeCluster('graph'), await madeCluster('graph-other')];
  await viewer(api, 'viewer');
  const token = await newToken(api, 'viewer');
  const ask = async (query: string, cluster: string | undefined, bearer = token) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
    const path = `/graphql${cluster === undefined ? '' : `?cluster=${cluster}`}`;
    const { status, text } = await service.request(path, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const { data, errors = [] } = JSON.parse(text);
    return [status, data ?? null, errors.map(({ message }: { message: string }) => message)];
  };
  const { id } = api.cluster;
  const mine = '{ serviceAccounts(namespace: "default") { items { metadata { name } } } }';
  const names = { serviceAccounts: { items: [{ metadata: { name: 'default' } }, { metadata: { name: 'viewer' } }] } };
  expect(await ask(mine, id)).toEqual([200, names, []]);
  expect(await ask(mine, id, api.cluster.token)).toEqual([200, names, []]);
  const user = 'User "system:serviceaccount:default:viewer"';
  const nodes = `nodes is forbidden: ${user} cannot list resource "nodes" in API group "" at the cluster scope`;
  expect(await ask('{ nodes { items { metadata { name } } } }', id)).toEqual([200, { nodes: null }, [nodes]]);
  expect(await ask('{ eventChain(resourceVersion: "1") { revision } }', id)).toEqual([
    200,
    { eventChain: null },
    [`forbidden: ${user} may not read the history of the whole cluster`],
  ]);
  const [status, { diff }, errors] = await ask('{ diff(from: "0s", namespace: "default") { items { key } refused { kind } } }', id);
  expect([status, diff.items, errors]).toEqual([200, [], []]);
  expect(diff.refused).toContainEqual({ kind: 'secrets' });
  expect(diff.refused).not.toContainEqual({ kind: 'pods' });
  expect(await ask('{ diff(from: "0s", kinds: ["pods"]) { to } }', id)).toEqual([
    200,
    { diff: null },
    [`pods is forbidden: ${user} cannot list resource "pods" in API group "" at the cluster scope`],
  ]);
  expect(await ask('{ serviceAccount(name: "viewer") { history(last: 1) { verb } } }', id)).toEqual([
    200,
    { serviceAccount: { history: [{ verb: expect.any(String) }] } },
    [],
  ]);
  expect(await ask('{ explainAccess(verb: "list", resource: "nodes") { allowed } }', id)).toEqual([
    200,
    { explainAccess: null },
    [expect.stringContaining(`${user} cannot list resource "clusterroles"`)],
  ]);
  const refused = [401, null, [expect.stringContaining('A bearer token')]];
  expect(await ask(mine, undefined)).toEqual(refused);
  expect(await ask(mine, other.cluster.id)).toEqual(refused);
  expect(await ask(mine, other.cluster.id, api.cluster.token)).toEqual(refused);
});

test('a refusal is explained over REST and in the graph', async () => {
  const { api } = await madeCluster('explained');
  await viewer(api, 'viewer');
  const { id } = api.cluster;
  const name = 'system:serviceaccount:default:viewer';
  const headers = { 'content-type': 'application/json' };
  const ask = async (body: object, cluster = id) => {
    const path = `/platform/v1/clusters/${cluster}/authorization/explain`;
    const { status, text } = await service.request(path, {
      method: 'POST',
      token: service.adminToken,
      headers,
      body: JSON.stringify(body),
    });
    return { status, json: JSON.parse(text) };
  };
  const binding = { kind: 'RoleBinding', namespace: 'default', name: 'viewer', role: { kind: 'ClusterRole', name: 'view' } };
  const subject = { kind: 'ServiceAccount', name: 'viewer', namespace: 'default' };
  const create = { verb: 'create', resource: 'pods', namespace: 'default' };
  const refused = await ask({ user: name, resourceAttributes: create });
  expect(refused.status).toBe(200);
  expect(refused.json).toMatchObject({
    allowed: false,
    applying: expect.arrayContaining([{ ...binding, subject }]),
    suggestion: { rule: { verbs: ['create'], apiGroups: [''], resources: ['pods'] }, role: { kind: 'Role' } },
  });
  expect(refused.json.nearMisses[0]).toMatchObject({ missing: 'verb', binding: { name: 'viewer' } });
  const allowed = await ask({ user: name, resourceAttributes: { ...create, verb: 'get' } });
  expect(allowed.json).toMatchObject({ allowed: true, allowedBy: { binding: { ...binding, subject } }, nearMisses: [] });
  const query = `{ explainAccess(user: "${name}", verb: "create", resource: "pods", namespace: "default") {
    allowed looked { complete } nearMisses { missing binding { name namespace } } suggestion } }`;
  const { text } = await service.request('/graphql', {
    method: 'POST',
    token: api.cluster.token,
    headers,
    body: JSON.stringify({ query }),
  });
  expect(JSON.parse(text).data.explainAccess).toMatchObject({
    allowed: false,
    looked: { complete: true },
    nearMisses: expect.arrayContaining([{ missing: 'verb', binding: { name: 'viewer', namespace: 'default' } }]),
    suggestion: refused.json.suggestion,
  });
  expect([(await ask({ user: name })).status, (await ask({ user: name, resourceAttributes: create }, 'nope')).status]).toEqual([422, 404]);
});

test('a browser sends its token as a subprotocol of the WebSocket', async () => {
  const { api } = await madeCluster('browser');
  const statusFor = (token: string, protocols: readonly string[] = ['v5.channel.k8s.io']): Promise<number | undefined> => {
    const encoded = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
    const url = `${service.origin.replace('https', 'wss')}/clusters/${api.cluster.id}${PODS}/missing/exec?command=sh&stdout=true`;
    const socket = new WebSocket(url, [encoded, ...protocols], { ca: service.ca });
    return new Promise((resolve, reject) => {
      socket.on('unexpected-response', (request, { statusCode }) => {
        request.destroy();
        resolve(statusCode);
      });
      socket.on('open', () => reject(new Error('opened')));
      socket.on('error', () => undefined);
    });
  };
  expect([await statusFor(api.cluster.token), await statusFor(await newToken(api)), await statusFor('x')]).toEqual([404, 403, 401]);
  expect(await statusFor(api.cluster.token, [])).toBe(401);
});

/** The certificate and key in a kubeconfig. */
function pairIn(kubeconfig: string): { cert: string; key: string } {
  const [cert = '', key = ''] = ['certificate', 'key'].map((part) => {
    const encoded = new RegExp(`client-${part}-data: (\\S+)`).exec(kubeconfig)?.[1] ?? '';
    return Buffer.from(encoded, 'base64').toString();
  });
  return { cert, key };
}

/** Who a client is to a cluster, over connections of its own. */
async function whoWith(agent: https.Agent, { cluster }: ClusterApi, headers: Record<string, string> = {}): Promise<unknown> {
  const request = requesterOf(service.origin, agent);
  const options = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{}' };
  const { status, text } = await request(`/clusters/${cluster.id}${WHOAMI}`, options);
  const json = JSON.parse(text);
  return status === 201 ? json.status.userInfo.username : [status, json.message];
}

test('a client certificate opens its own cluster, on new and on resumed TLS sessions, and nothing else', async () => {
  const [{ api: own }, { api: other }] = [await madeCluster('certified'), await madeCluster('uncertified')];
  const from = `/platform/v1/clusters/${own.cluster.id}/kubeconfig`;
  const { text } = await service.request(`${from}?auth=certificate`, { token: service.adminToken });
  expect(text).not.toContain('token');
  const agent = new https.Agent({ ca: service.ca, ...pairIn(text), keepAlive: false, maxCachedSessions: 10 });
  const admin = 'kubernetes-admin';
  const refused = [401, 'Unauthorized'];
  expect([await whoWith(agent, own), await whoWith(agent, own), await whoWith(agent, other)]).toEqual([admin, admin, refused]);
  // Beside a valid token a certificate of another cluster does no harm; beside an invalid one it is refused.
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  expect(await whoWith(agent, other, bearer(await newToken(other)))).toBe('system:serviceaccount:default:default');
  expect(await whoWith(agent, other, bearer(other.cluster.token))).toBe(admin);
  expect(await whoWith(agent, other, bearer('x'))).toEqual(refused);
  expect(await whoWith(agent, own, bearer(await newToken(own)))).toBe(admin);
  const platform = requesterOf(service.origin, agent);
  expect((await platform('/platform/v1/clusters', {})).status).toBe(401);
  expect((await service.request(`${from}?auth=other`, { token: service.adminToken })).status).toBe(422);
});

/** A subscription to the ConfigMaps of the namespace default: what it has shown, and how it ended. */
function subscribed(cluster: string, { token, ...tls }: { token?: string; cert?: string; key?: string }) {
  const state: { seen: string[]; ended?: string; close(): void } = { seen: [], close: () => undefined };
  class Trusting extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { ca: service.ca, ...tls });
    }
  }
  const client = createClient({
    url: `${service.origin.replace('https', 'wss')}/graphql?cluster=${cluster}`,
    webSocketImpl: Trusting,
    ...(token !== undefined && { connectionParams: { authorization: `Bearer ${token}` } }),
    retryAttempts: 0,
  });
  const query = 'subscription { watch(kind: "configmaps", namespace: "default") { object { metadata { name } } } }';
  state.close = () => void client.dispose();
  client.subscribe<{ watch: { object: { metadata: { name: string } } } }>(
    { query },
    {
      next: ({ data, errors = [] }) => {
        if (errors.length > 0) state.ended = errors.map(({ message }) => message).join();
        else state.seen.push(data?.watch.object.metadata.name ?? '');
      },
      error: (error) => {
        const { code } = error as { code?: number };
        state.ended = code === undefined ? (error as Array<{ message: string }>).map(({ message }) => message).join() : String(code);
      },
      complete: () => {
        state.ended ??= 'complete';
      },
    },
  );
  return state;
}

test('subscriptions take what the cluster authenticates, and end with the account, the pod, the binding or the time of a token', async () => {
  const [{ api }, { api: other }] = [await madeCluster('sockets', { clock: { mode: 'stepped' } }), await madeCluster('sockets-other')];
  const { id } = api.cluster;
  for (const name of ['deleted', 'unbound', 'kept']) await viewer(api, name);
  await api.must('POST', PODS, {
    metadata: { name: 'p' },
    spec: { serviceAccountName: 'kept', containers: [{ name: 'c', image: 'nginx' }] },
  });
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'p' };
  const { text } = await service.request(`/platform/v1/clusters/${id}/kubeconfig?auth=certificate`, { token: service.adminToken });
  const kept = await newToken(api, 'kept', { expirationSeconds: 7200 });
  const streams = [
    subscribed(id, { token: await newToken(api, 'deleted') }),
    subscribed(id, { token: await newToken(api, 'unbound') }),
    subscribed(id, { token: await newToken(api, 'kept', { boundObjectRef }) }),
    subscribed(id, { token: await newToken(api, 'kept', { expirationSeconds: 600 }) }),
    subscribed(id, { token: kept }),
    subscribed(id, pairIn(text)),
    subscribed(id, { token: api.cluster.token }),
  ];
  const certificates = ['kube-root-ca.crt'];
  expect(await until(() => streams.every(({ seen }) => seen.length === 1))).toBe(true);
  expect(streams.map(({ seen }) => seen)).toEqual(streams.map(() => certificates));
  const nobody = await newToken(api);
  const refused = [
    subscribed(other.cluster.id, { token: kept }),
    subscribed(other.cluster.id, { token: api.cluster.token }),
    subscribed(other.cluster.id, pairIn(text)),
    subscribed('', { token: kept }),
    subscribed(id, { token: nobody }),
    subscribed(id, {}),
  ];
  expect(await until(() => refused.every(({ ended }) => ended !== undefined))).toBe(true);
  const forbidden = (user: string) =>
    `configmaps is forbidden: User "system:serviceaccount:default:${user}" cannot list resource "configmaps" in API group "" in the namespace "default"`;
  expect(refused.map(({ seen, ended }) => [seen, ended])).toEqual([
    [[], '4403'],
    [[], '4403'],
    [[], '4403'],
    [[], '4403'],
    [[], forbidden('default')],
    [[], '4403'],
  ]);
  const ended = () => streams.map((stream) => stream.ended);
  await api.must('DELETE', `${ACCOUNTS}/deleted`);
  await api.must('DELETE', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings/unbound');
  await api.must('DELETE', `${PODS}/p?gracePeriodSeconds=0`);
  await until(() => streams.slice(0, 3).every((stream) => stream.ended !== undefined), 20_000);
  const three = ['4403', forbidden('unbound').replace('list', 'watch'), '4403'];
  expect(ended()).toEqual([...three, undefined, undefined, undefined, undefined]);
  const headers = { 'content-type': 'application/json' };
  const advance = { method: 'POST', token: service.adminToken, headers, body: '{"by": "12m"}' };
  await service.request(`/platform/v1/clusters/${id}/clock/advance`, advance);
  expect(await until(() => streams[3]?.ended !== undefined)).toBe(true);
  expect(ended()).toEqual([...three, '4403', undefined, undefined, undefined]);
  for (const stream of [...streams, ...refused]) stream.close();
});

test('with a manifest that no server starts with one cluster answers 503, until its files are put right on the platform', async () => {
  const [{ api }, { api: other }] = [await madeCluster('broken'), await madeCluster('whole')];
  const token = await newToken(api);
  const path = '/etc/kubernetes/manifests/kube-apiserver.yaml';
  const route = `/platform/v1/clusters/${api.cluster.id}/nodes/control-plane/files?path=${path}`;
  const file = async (method: string, content?: string) => {
    const body = content === undefined ? {} : { body: JSON.stringify({ content }), headers: { 'content-type': 'application/json' } };
    const { status, text } = await service.request(route, { method, token: service.adminToken, ...body });
    return { status, ...(text && JSON.parse(text)) };
  };
  const graph = async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const body = JSON.stringify({ query: '{ cluster { id } }' });
    return (await service.request(`/graphql?cluster=${api.cluster.id}`, { method: 'POST', headers, body })).status;
  };
  const statuses = async () => [
    (await api.call('GET', PODS)).status,
    (await api.call('GET', PODS, undefined, { token })).status,
    (await api.call('GET', '/livez', undefined, { token: 'x' })).status,
    (await other.call('GET', PODS)).status,
    await graph(),
  ];
  const { content, apiServer } = await file('GET');
  expect([apiServer, await statuses()]).toEqual([{ running: true, withoutEffect: [] }, [200, 403, 401, 200, 200]]);
  const broken = await file('PUT', content.replace('--secure-port=', '--secure-prt='));
  expect([broken.status, broken.apiServer]).toEqual([
    200,
    { running: false, failure: 'Error: unknown flag: --secure-prt', withoutEffect: [] },
  ]);
  expect(await statuses()).toEqual([503, 503, 503, 200, 503]);
  const socket = subscribed(api.cluster.id, { token });
  expect(await until(() => socket.ended !== undefined)).toBe(true);
  const repaired = await file('PUT', content.replace('--secure-port=', '--profiling=false\n        - --secure-port='));
  expect([repaired.status, repaired.apiServer]).toEqual([200, { running: true, withoutEffect: ['--profiling'] }]);
  expect(await statuses()).toEqual([200, 403, 401, 200, 200]);
  await file('PUT', 'kind: [');
  expect(await statuses()).toEqual([503, 503, 503, 200, 503]);
  expect((await file('DELETE')).status).toBe(204);
  // Without a manifest the node runs no API server.
  expect(await statuses()).toEqual([503, 503, 503, 200, 503]);
  await file('PUT', content);
  expect(await statuses()).toEqual([200, 403, 401, 200, 200]);
  socket.close();
});

const [kubectl] = kubectls();
(kubectl ? test : test.skip)('kubectl creates and uses a token', async () => {
  if (!kubectl) return;
  const { kubeconfig } = await madeCluster('kubectl');
  const created = await run(kubectl, kubeconfig, ['create', 'token', 'default', '--duration=20m']);
  expect([created.code, created.err]).toEqual([0, '']);
  const bare = path.join(service.home, 'no-user.kubeconfig');
  const config = await run(kubectl, kubeconfig, ['config', 'view', '--raw', '--minify', '-o', 'json']);
  writeFileSync(bare, JSON.stringify({ ...JSON.parse(config.out), users: [] }));
  const whoami = await run(kubectl, bare, [
    'auth',
    'whoami',
    `--token=${created.out.trim()}`,
    '-o',
    'jsonpath={.status.userInfo.username}',
  ]);
  expect(whoami).toEqual({ code: 0, err: '', out: 'system:serviceaccount:default:default' });
});

(kubectl ? test : test.skip)('a learner makes a user with openssl, a request and a config, and uses the certificate', async () => {
  if (!kubectl) return;
  const { kubeconfig } = await madeCluster('learner');
  const folder = mkdtempSync(path.join(service.home, 'learner-'));
  const file = (name: string) => path.join(folder, name);
  const must = async (...args: string[]) => {
    const { code, out, err } = await run(kubectl, kubeconfig, args);
    expect([args.join(' '), code, err]).toEqual([args.join(' '), 0, '']);
    return out;
  };
  execFileSync('openssl', ['genrsa', '-out', file('jane.key'), '2048'], { stdio: 'pipe' });
  execFileSync('openssl', ['req', '-new', '-key', file('jane.key'), '-out', file('jane.csr'), '-subj', '/O=devs/CN=jane'], {
    stdio: 'pipe',
  });
  const spec = {
    request: readFileSync(file('jane.csr')).toString('base64'),
    signerName: 'kubernetes.io/kube-apiserver-client',
    expirationSeconds: 86_400,
    usages: ['client auth'],
  };
  const apiVersion = 'certificates.k8s.io/v1';
  writeFileSync(file('csr.json'), JSON.stringify({ apiVersion, kind: 'CertificateSigningRequest', metadata: { name: 'jane' }, spec }));
  await must('apply', '-f', file('csr.json'));
  expect(await must('certificate', 'approve', 'jane')).toBe('certificatesigningrequest.certificates.k8s.io/jane approved\n');
  await must('wait', 'csr/jane', '--for=jsonpath={.status.certificate}', '--timeout=60s');
  const encoded = await must('get', 'csr', 'jane', '-o', 'jsonpath={.status.certificate}');
  writeFileSync(file('jane.crt'), Buffer.from(encoded, 'base64'));
  expect(await must('get', 'csr', 'jane', '--no-headers')).toMatch(/ Approved,Issued$/m);
  await must('create', 'rolebinding', 'jane', '--clusterrole=view', '--group=devs');
  await must('config', 'set-credentials', 'jane', `--client-certificate=${file('jane.crt')}`, `--client-key=${file('jane.key')}`);
  await must('config', 'set-context', '--current', '--user=jane');
  const asked = await must('auth', 'whoami', '-o', 'jsonpath={.status.userInfo}');
  expect(JSON.parse(asked)).toEqual({
    username: 'jane',
    groups: ['devs', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/)] },
  });
  expect(await must('auth', 'can-i', 'list', 'pods')).toBe('yes\n');
  const refused = await run(kubectl, kubeconfig, ['get', 'nodes']);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('User "jane" cannot list resource "nodes"')]);
});

(kubectl ? test : test.skip)('kubectl takes every kind of token that a config may have', async () => {
  if (!kubectl) return;
  const { api, kubeconfig } = await madeCluster('kinds');
  const must = async (...args: string[]) => {
    const { code, out, err } = await run(kubectl, kubeconfig, args);
    expect([args.join(' '), code, err]).toEqual([args.join(' '), 0, '']);
    return out;
  };
  const secrets = (namespace: string) => `/api/v1/namespaces/${namespace}/secrets`;
  await api.must('POST', secrets('default'), {
    type: 'kubernetes.io/service-account-token',
    metadata: { name: 'legacy', annotations: { 'kubernetes.io/service-account.name': 'default' } },
  });
  await api.must('POST', secrets('kube-system'), {
    type: 'bootstrap.kubernetes.io/token',
    metadata: { name: 'bootstrap-token-abcdef' },
    stringData: { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' },
  });
  await must('wait', 'secret/legacy', '--for=jsonpath={.data.token}', '--timeout=60s');
  const legacy = Buffer.from(await must('get', 'secret', 'legacy', '-o', 'jsonpath={.data.token}'), 'base64').toString();
  const tokens: Array<[user: string, token: string]> = [
    ['system:serviceaccount:default:default', (await must('create', 'token', 'default')).trim()],
    ['system:serviceaccount:default:default', legacy],
    ['system:bootstrap:abcdef', 'abcdef.0123456789abcdef'],
  ];
  for (const [user, token] of tokens) {
    await must('config', 'set-credentials', 'tried', `--token=${token}`);
    expect(await must('--user=tried', 'auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toBe(user);
  }
  await must('config', 'set-credentials', 'tried', '--token=abcdef.0123456789abcdee');
  const refused = await run(kubectl, kubeconfig, ['--user=tried', 'auth', 'whoami']);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('You must be logged in to the server')]);
});
