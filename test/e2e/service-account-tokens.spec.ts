import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ClusterApi } from '../cluster-api.js';
import { kubectls, run } from '../kubectl.js';
import { type Service, startService, until } from '../service.js';

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
