import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { DEFAULT_QUOTAS } from '#platform';
import { ClusterApi, deploymentOf, type Json } from '../cluster-api.js';
import { type Service, startService, until } from '../service.js';

let service: Service;
const opened: ClusterApi[] = [];

beforeAll(async () => {
  service = await startService();
});

afterAll(async () => {
  for (const cluster of opened) cluster.close();
  await service?.stop();
});

async function rest(method: string, at: string, body?: unknown): Promise<{ status: number; json: Json; text: string }> {
  const { status, text } = await service.request(`/platform/v1${at}`, {
    method,
    token: service.adminToken,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  let json: Json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status, json, text };
}

function open(created: { id: string; token: string }): ClusterApi {
  const cluster = new ClusterApi(service, created);
  opened.push(cluster);
  return cluster;
}

/** An environment variable of the api. */
function environmentOfApi(name: string): string {
  const [pid] = service.pids(/apps\/api\/main\.js/);
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return variables.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

/** The tables in which a text occurs, with the number of occurrences. */
async function rowsWith(text: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: environmentOfApi('DATABASE_URL') });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    );
    const found: Record<string, number> = {};
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ count: string }>(`select count(*) from ${name} t where t::text like '%' || $1 || '%'`, [text]);
      if (rows[0]?.count !== '0') found[name] = Number(rows[0]?.count);
    }
    return found;
  } finally {
    await client.end();
  }
}

/** Redis' keys, and the fields and members of its collections, in which a text occurs. */
async function keysWith(text: string): Promise<string[]> {
  const redis = new Redis(environmentOfApi('REDIS_URL'));
  try {
    const found: string[] = [];
    for (const key of await redis.keys('*')) {
      const dump = await redis.dumpBuffer(key);
      // The queues' own event streams are shared by all clusters and limited in size.
      if (!key.endsWith(':events') && (key.includes(text) || dump?.includes(text))) found.push(key);
    }
    return found;
  } finally {
    await redis.quit();
  }
}

test('a cluster is created as requested, listed, shown, and usable at once', async () => {
  const asked = { name: 'exam', profile: 'instant', nodes: { count: 5, cpu: '2', memory: '4Gi', pods: 30 } };
  const begun = Date.now();
  const { status, json } = await rest('POST', '/clusters', asked);
  expect([status, json]).toEqual([
    201,
    {
      ...asked,
      id: expect.stringMatching(/^[a-z][a-z0-9]{11}$/),
      organization: expect.any(String),
      server: `${service.origin}/clusters/${json.id}`,
      clock: { mode: 'real' },
      seed: expect.stringMatching(/^[0-9a-f]{32}$/),
      createdAt: expect.any(String),
      token: expect.stringMatching(/^\S{32,}$/),
      kubeconfig: expect.stringContaining(`server: ${service.origin}/clusters/${json.id}\n`),
    },
  ]);
  expect(Math.abs(Date.parse(json.createdAt) - begun)).toBeLessThan(120_000);
  const { token, kubeconfig, ...shown } = json;
  expect(kubeconfig).toContain(`token: ${token}\n`);
  const revisions = { revision: expect.any(Number), oldestRevision: expect.any(Number) };
  expect((await rest('GET', `/clusters/${json.id}`)).json).toEqual({ ...shown, ...revisions });
  expect((await rest('GET', '/clusters')).json.items.map(({ name }: Json) => name)).toEqual(['demo', 'exam']);
  expect((await rest('GET', `/clusters/${json.id}/kubeconfig`)).text).toBe(kubeconfig);

  const cluster = open(json);
  const nodes = (await cluster.must('GET', '/api/v1/nodes')).items;
  expect(nodes.map(({ metadata }: Json) => metadata.name)).toEqual(['control-plane', 'worker-1', 'worker-2', 'worker-3', 'worker-4']);
  expect(nodes[1].status.allocatable).toMatchObject({ cpu: '2', pods: '30' });
  expect(nodes[1].status.capacity).toMatchObject({ cpu: '2', memory: '4Gi', pods: '30' });
  for (const node of nodes) {
    expect(node.status.conditions.find(({ type }: Json) => type === 'Ready').status).toBe('True');
    expect(Math.abs(Date.parse(node.metadata.creationTimestamp) - begun)).toBeLessThan(120_000);
  }
  await cluster.must('GET', '/api/v1/namespaces/default/serviceaccounts/default');
  const podCIDRs = new Set(nodes.map(({ spec }: Json) => spec.podCIDR));
  expect(podCIDRs.size).toBe(5);
});

test('two clusters of one shape have different uids, and the objects of one are not seen in the other', async () => {
  const made = await Promise.all(['twin-a', 'twin-b'].map((name) => rest('POST', '/clusters', { name, profile: 'instant' })));
  const [a, b] = made.map(({ json }) => open(json));
  if (!a || !b) throw new Error('no clusters');
  const uid = async (cluster: ClusterApi) => (await cluster.must('GET', '/api/v1/namespaces/kube-system')).metadata.uid;
  expect(await uid(a)).not.toBe(await uid(b));
  await a.must('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'mine' } });
  expect((await b.call('GET', '/api/v1/namespaces/default/configmaps/mine')).status).toBe(404);
});

test('a new token gives access to the cluster, and the old one is no longer valid', async () => {
  const { json } = await rest('POST', '/clusters', { name: 'rotated', profile: 'instant' });
  const old = open(json);
  expect((await old.call('GET', '/api/v1/nodes')).status).toBe(200);
  const rotated = await rest('POST', `/clusters/${json.id}/token`);
  expect(rotated).toMatchObject({ status: 201, json: { token: expect.stringMatching(/^\S{32,}$/) } });
  expect((await old.call('GET', '/api/v1/nodes')).status).toBe(401);
  const now = open({ id: json.id, token: rotated.json.token });
  expect((await now.call('GET', '/api/v1/nodes')).status).toBe(200);
  expect((await rest('GET', `/clusters/${json.id}/kubeconfig`)).text).toContain(`token: ${rotated.json.token}\n`);
});

describe('a stepped clock', () => {
  let cluster: ClusterApi;
  let id: string;
  const startAt = '2030-01-01T00:00:00.000Z';
  const advance = (by: string) => rest('POST', `/clusters/${id}/clock/advance`, { by });
  const ready = async () => (await cluster.must('GET', '/apis/apps/v1/namespaces/default/deployments/web')).status.readyReplicas ?? 0;

  beforeAll(async () => {
    const { json, status } = await rest('POST', '/clusters', {
      name: 'stepped',
      profile: 'realistic',
      clock: { mode: 'stepped', startAt },
    });
    expect([status, json.clock]).toEqual([201, { mode: 'stepped', now: startAt }]);
    id = json.id;
    cluster = open(json);
  });

  test('does not move: timers do not fire', async () => {
    await cluster.must('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf('web', 2));
    const bound = async () => {
      const pods = (await cluster.must('GET', '/api/v1/namespaces/default/pods')).items;
      return pods.length === 2 && pods.every(({ spec }: Json) => spec.nodeName);
    };
    // Only work that takes no time is done.
    expect(await until(bound)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(await ready()).toBe(0);
    const deployment = await cluster.must('GET', '/apis/apps/v1/namespaces/default/deployments/web');
    expect(deployment.metadata.creationTimestamp).toBe('2030-01-01T00:00:00Z');
  });

  test('when advanced, completes the rollout and reports its time', async () => {
    expect(await advance('500ms')).toMatchObject({ status: 200, json: { now: '2030-01-01T00:00:00.500Z' } });
    expect(await ready()).toBe(0);
    expect(await advance('1m')).toMatchObject({ status: 200, json: { now: '2030-01-01T00:01:00.500Z' } });
    expect(await ready()).toBe(2);
    const { items } = await cluster.must('GET', '/api/v1/namespaces/default/pods');
    for (const { status } of items) {
      const started = Date.parse(status.containerStatuses[0].state.running.startedAt) - Date.parse(startAt);
      expect(started).toBeGreaterThanOrEqual(1_000);
      expect(started).toBeLessThan(10_000);
    }
    expect((await rest('GET', `/clusters/${id}`)).json.clock).toEqual({ mode: 'stepped', now: '2030-01-01T00:01:00.500Z' });
  });

  test('advances a day in a moment', async () => {
    expect(await advance('24h')).toMatchObject({ status: 200, json: { now: '2030-01-02T00:01:00.500Z' } });
    expect(await ready()).toBe(2);
    // Events live for an hour.
    const { items } = await cluster.must('GET', '/api/v1/namespaces/default/events');
    expect(items).toEqual([]);
  });

  test('is advanced within its range, and one that is out of range does not break lists', async () => {
    expect(await advance('99999999999999h')).toMatchObject({ status: 422, json: { detail: 'by: must be at most 87600h' } });
    const client = new pg.Client({ connectionString: environmentOfApi('DATABASE_URL') });
    await client.connect();
    await client.query(`UPDATE clusters SET clock = '{"mode": "stepped", "now": 1e300}' WHERE id = $1`, [id]);
    await client.end();
    const listed = (await rest('GET', '/clusters')).json.items.find((one: Json) => one.id === id);
    expect(listed.clock).toEqual({ mode: 'stepped', now: '9999-12-31T23:59:59.000Z' });
    expect(await advance('1h')).toMatchObject({ status: 422, json: { detail: 'by: the clock would go beyond the year 9999' } });
  });

  test('an invalid duration is rejected', async () => {
    expect(await advance('soon')).toMatchObject({ status: 422, json: { detail: 'by: must be a duration such as 30s, 10m or 1h30m' } });
  });
});

test.each([
  ['a number', 42, '42'],
  ['a text', 'exam 2026/1', 'exam 2026/1'],
])('a seed is %s', async (_, seed, shown) => {
  const { status, json } = await rest('POST', '/clusters', { name: 'seeded', seed });
  expect([status, json.seed, (await rest('GET', `/clusters/${json.id}`)).json.seed]).toEqual([201, shown, shown]);
  expect((await rest('DELETE', `/clusters/${json.id}`)).status).toBe(204);
});

test.each([[''], ['x'.repeat(65)], ['a\0b'], [1.5], [1e300], [null], [{}]])('%j is not a valid seed', async (seed) => {
  expect(await rest('POST', '/clusters', { name: 'unseeded', seed })).toMatchObject({
    status: 422,
    json: { detail: 'seed: must be an integer or a string of 1 to 64 printable ASCII characters' },
  });
});

test('a deleted cluster leaves no rows or keys, ends its watches, and releases its name', async () => {
  const { json } = await rest('POST', '/clusters', { name: 'gone', profile: 'realistic' });
  const cluster = open(json);
  await cluster.must('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf('web', 3));
  await until(async () => (await cluster.must('GET', '/api/v1/namespaces/default/pods')).items.length === 3);
  const watch = await cluster.watch('/api/v1/namespaces/default/pods');
  expect(Object.keys(await rowsWith(json.id)).length).toBeGreaterThan(3);
  expect((await keysWith(json.id)).length).toBeGreaterThan(0);
  expect((await rest('DELETE', `/clusters/${json.id}`)).status).toBe(204);
  expect((await cluster.call('GET', '/api/v1/nodes')).status).toBe(401);
  expect(await Promise.race([watch.ended.then(() => 'ended'), new Promise((resolve) => setTimeout(resolve, 60_000, 'open'))])).toBe(
    'ended',
  );
  expect(await rowsWith(json.id)).toEqual({});
  // Jobs that were active at that moment find no cluster, and end.
  await until(async () => (await keysWith(json.id)).length === 0);
  expect(await keysWith(json.id)).toEqual([]);
  expect(await rowsWith(json.id)).toEqual({});
  expect(await rest('GET', `/clusters/${json.id}`)).toMatchObject({ status: 404, json: { detail: `there is no cluster ${json.id}` } });
  expect((await rest('DELETE', `/clusters/${json.id}`)).status).toBe(404);
  const again = await rest('POST', '/clusters', { name: 'gone', profile: 'instant' });
  expect([again.status, again.json.id === json.id]).toEqual([201, false]);
});

test('organizations own clusters; those without an organization belong to the default one', async () => {
  const { json, status } = await rest('POST', '/organizations', { name: 'school' });
  expect([status, json]).toEqual([
    201,
    { id: expect.any(String), name: 'school', default: false, quotas: { ...DEFAULT_QUOTAS }, createdAt: expect.any(String) },
  ]);
  expect((await rest('POST', '/organizations', { name: 'school' })).status).toBe(409);
  const [first] = (await rest('GET', '/organizations')).json.items.filter((one: Json) => one.default);
  const unowned = await rest('POST', '/clusters', { name: 'unowned', profile: 'instant' });
  expect([unowned.status, unowned.json.organization]).toEqual([201, first.id]);
  const made = await rest('POST', '/clusters', { name: 'demo', organization: 'school', profile: 'instant' });
  expect([made.status, made.json.organization]).toEqual([201, json.id]);
  const { items } = (await rest('GET', '/clusters?organization=school')).json;
  expect(items.map(({ id }: Json) => id)).toEqual([made.json.id]);
  expect((await rest('PATCH', '/organizations/school', { default: true })).json.default).toBe(true);
  expect((await rest('POST', '/clusters', { name: 'mine', profile: 'instant' })).json.organization).toBe(json.id);
  // It is removed with its clusters and their tokens, and the oldest remaining organization is the default again.
  const own = open(made.json);
  expect((await rest('DELETE', '/organizations/school')).status).toBe(204);
  expect((await own.call('GET', '/api/v1/nodes')).status).toBe(401);
  expect(await rowsWith(made.json.id)).toEqual({});
  expect((await rest('GET', '/organizations/school')).status).toBe(404);
  expect((await rest('DELETE', '/organizations/school')).status).toBe(404);
  expect((await rest('GET', `/organizations/${first.id}`)).json.default).toBe(true);
});

test('quotas are set and shown, and limit the clusters', async () => {
  const { json } = await rest('POST', '/organizations', { name: 'bounded' });
  const set = await rest('PATCH', `/organizations/${json.id}`, { quotas: { clusters: 1, watches: 50 } });
  expect([set.status, set.json.quotas]).toEqual([200, { ...DEFAULT_QUOTAS, clusters: 1, watches: 50 }]);
  const names = ['a', 'b', 'c'];
  const made = await Promise.all(names.map((name) => rest('POST', '/clusters', { name, organization: 'bounded', profile: 'instant' })));
  expect(made.map(({ status }) => status).sort()).toEqual([201, 403, 403]);
  expect(made.find(({ status }) => status === 403)?.json.detail).toBe(
    'exceeded quota: the organization has 1 clusters, as many as its quota allows',
  );
  const reset = await rest('PATCH', '/organizations/bounded', { quotas: { clusters: null } });
  expect(reset.json.quotas).toEqual({ ...DEFAULT_QUOTAS, watches: 50 });
  for (const quotas of [{ clusters: -1 }, { clusters: 1.5 }, { nothing: 1 }, { objects: 1e300 }])
    expect((await rest('PATCH', '/organizations/bounded', { quotas })).status).toBe(422);
  expect((await rest('DELETE', '/organizations/bounded')).status).toBe(204);
});

test('a cluster has up to the allowed number of nodes, each with its own pod CIDR', async () => {
  expect(await rest('POST', '/clusters', { name: 'large', nodes: { count: 501 } })).toMatchObject({
    status: 422,
    json: { detail: 'nodes.count: at most 500 here (ORRERY_MAX_NODES)' },
  });
  const { json, status } = await rest('POST', '/clusters', { name: 'large', nodes: { count: 257 }, profile: 'instant' });
  expect(status).toBe(201);
  const { items } = await open(json).must('GET', '/api/v1/nodes');
  expect(new Set(items.map(({ spec }: Json) => spec.podCIDR)).size).toBe(257);
}, 900_000);

test.each<[method: string, at: string, status: number]>([
  ['GET', '/clusters/%00', 404],
  ['DELETE', '/clusters/a%00b', 404],
  ['GET', '/clusters/%00/kubeconfig', 404],
  ['POST', '/clusters/%00/token', 404],
  ['GET', '/clusters?organization=%00', 422],
  ['GET', '/clusters?organization=a&organization=b', 422],
  ['GET', '/organizations/%00', 404],
  ['DELETE', '/organizations/%00', 404],
  ['GET', '/clusters/%ff', 400],
  ['GET', `/clusters/${'a'.repeat(300)}`, 414],
])('%s %s is the client’s error', async (method, at, status) => {
  const answer = await rest(method, at);
  expect([answer.status, answer.json]).toEqual([
    status,
    expect.objectContaining({ type: 'about:blank', status, requestId: expect.any(String) }),
  ]);
});

test('only the first thousand parameters of a query are read', async () => {
  const at = (count: number) => `/clusters?${'a&'.repeat(count)}organization=nobody`;
  expect((await rest('GET', at(900))).status).toBe(422);
  expect((await rest('GET', at(200_000))).status).toBe(200);
});

test.each([
  ['/clusters', 422],
  ['/organizations', 422],
  ['/clusters/none/token', 404],
])('an empty body with the content type of JSON is no body: POST %s', async (at, code) => {
  const headers = { 'content-type': 'application/json' };
  const { status, text } = await service.request(`/platform/v1${at}`, { method: 'POST', token: service.adminToken, headers });
  expect([status, JSON.parse(text)]).toEqual([code, expect.objectContaining({ status: code, detail: expect.any(String) })]);
});

test("/ is a page for people, and a kube-apiserver's paths for clients with a token", async () => {
  const page = await service.request('/');
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  const links = [...page.text.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href);
  expect(links).toEqual(['/graphql', '/platform/v1/openapi.json']);
  for (const link of links) expect((await service.request(link)).status).toBe(200);
  const { json } = await rest('POST', '/clusters', { name: 'rooted', profile: 'instant' });
  const root = await service.request('/', { token: json.token });
  expect([root.status, JSON.parse(root.text).paths]).toEqual([200, expect.arrayContaining(['/api', '/apis', '/version'])]);
});

/** Every `$ref` of a document. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : references(inner)));
}

test('a cluster may have several nodes of the control plane, each with a member of etcd', async () => {
  const nodes = { count: 4, controlPlanes: 3 };
  const { json: created } = await rest('POST', '/clusters', { name: 'three', nodes, profile: 'instant' });
  expect((await rest('GET', `/clusters/${created.id}`)).json.nodes).toMatchObject(nodes);
  const members = (await rest('GET', `/clusters/${created.id}/etcd`)).json.members.map(({ name }: { name: string }) => name);
  expect(members).toEqual(['control-plane', 'control-plane-2', 'control-plane-3']);
  const { json } = await open(created).call('GET', '/api/v1/nodes');
  expect(json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual([...members, 'worker-1']);
  expect((await rest('POST', '/clusters', { name: 'two', nodes: { count: 2, controlPlanes: 3 } })).json.detail).toBe(
    'nodes.controlPlanes: must be at most the number of nodes',
  );
});

test('faults are injected, listed and healed', async () => {
  const { json: created } = await rest('POST', '/clusters', { name: 'faulty', profile: 'instant' });
  const faults = `/clusters/${created.id}/faults`;
  const injected = await rest('POST', faults, { type: 'slow-pull', node: 'worker-1', image: 'nginx*', delay: '90s' });
  expect([injected.status, injected.json]).toEqual([
    201,
    {
      ...{ id: 'fault-1', type: 'slow-pull', node: 'worker-1', image: 'nginx*', delay: '1m30s' },
      since: expect.any(String),
      symptoms: ['pulls of nginx* take 1m30s longer'],
    },
  ]);
  expect((await rest('GET', faults)).json).toEqual({ items: [injected.json] });
  expect([(await rest('DELETE', `${faults}/fault-1`)).status, (await rest('DELETE', `${faults}/fault-1`)).status]).toEqual([204, 404]);
  expect((await rest('POST', faults, { type: 'corrupt-data', component: 'kubelet', node: 'worker-1' })).json.detail).toBe(
    'only members of etcd have data to corrupt',
  );
});

test('three nodes of a control plane bear faults: leaders are replaced, a full etcd refuses writes, a lost member comes back', async () => {
  const request = { name: 'faults', profile: 'instant', nodes: { count: 4, controlPlanes: 3 }, clock: { mode: 'stepped' } };
  const { json: created } = await rest('POST', '/clusters', request);
  const cluster = open(created);
  const advance = (by: string) => rest('POST', `/clusters/${created.id}/clock/advance`, { by });
  const inject = async (fault: object) => (await rest('POST', `/clusters/${created.id}/faults`, fault)).json.id;
  const heal = (id: string) => rest('DELETE', `/clusters/${created.id}/faults/${id}`);
  const get = async (path: string) => (await cluster.call('GET', path)).json;
  const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  const maps = '/api/v1/namespaces/default/configmaps';
  const lease = async () => (await get('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler')).spec.holderIdentity;

  expect(await lease()).toMatch(/^control-plane_/);
  await inject({ type: 'stop', component: 'kube-scheduler', node: 'control-plane' });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  await cluster.call('POST', '/api/v1/namespaces/default/pods', pod);
  const phase = async () => (await get('/api/v1/namespaces/default/pods/p')).status.phase;
  await advance('13s');
  expect([await phase(), (await cluster.call('GET', '/api/v1/namespaces/kube-system/pods/kube-scheduler-control-plane')).status]).toEqual([
    'Pending',
    404,
  ]);
  await advance('10s');
  expect([await phase(), await lease()]).toEqual(['Running', expect.stringMatching(/^control-plane-[23]_/)]);

  const full = await inject({ type: 'fill-disk', component: 'etcd', node: 'control-plane-2' });
  const refused = await cluster.call('POST', maps, map('a'));
  expect([refused.status, refused.json.message]).toEqual([500, 'etcdserver: mvcc: database space exceeded']);
  await heal(full);
  expect((await cluster.call('POST', maps, map('a'))).status).toBe(201);

  const lost = await inject({ type: 'corrupt-data', component: 'etcd', node: 'control-plane-3' });
  await advance('30s');
  const etcd = await get('/api/v1/namespaces/kube-system/pods/etcd-control-plane-3');
  expect(etcd.status.containerStatuses[0].state.waiting.reason).toBe('CrashLoopBackOff');
  const roles = async () => (await rest('GET', `/clusters/${created.id}/etcd`)).json.members.map(({ role }: { role: string }) => role);
  expect(await roles()).toEqual(['leader', 'follower', 'stopped']);
  await heal(lost);
  await advance('10s');
  expect(await roles()).toEqual(['leader', 'follower', 'follower']);
});

test('the manifest of a cluster’s API server is shown and written, and the cluster acts by it', async () => {
  const { json: created } = await rest('POST', '/clusters', { name: 'manifest', profile: 'instant' });
  const cluster = open(created);
  const file = `/clusters/${created.id}/nodes/control-plane/files?path=/etc/kubernetes/manifests/kube-apiserver.yaml`;
  const { json: before } = await rest('GET', file);
  expect([before.apiServer, before.content.includes('- --authorization-mode=Node,RBAC')]).toEqual([
    { running: true, withoutEffect: [] },
    true,
  ]);
  const content = before.content.replace('NodeRestriction', 'NodeRestriction,AlwaysPullImages');
  expect((await rest('PUT', file, { content })).json).toMatchObject({ content, apiServer: { running: true } });
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } };
  const pod = await cluster.call('POST', '/api/v1/namespaces/default/pods', body);
  expect(pod.json.spec.containers[0].imagePullPolicy).toBe('Always');
  const broken = before.content.replace('--authorization-mode=Node,RBAC', '--authorization-mode=Nobody');
  expect((await rest('PUT', file, { content: broken })).json.apiServer).toEqual({
    running: false,
    withoutEffect: [],
    failure: '"command failed" err="authorization-mode \\"Nobody\\" is not a valid mode"',
  });
  expect((await cluster.call('GET', '/api/v1/pods')).status).toBe(503);
  expect((await rest('DELETE', file)).status).toBe(204);
  expect((await cluster.call('GET', '/api/v1/pods')).status).toBe(503);
  expect([(await rest('DELETE', file)).status, (await rest('GET', file)).status]).toEqual([404, 404]);
  expect((await rest('PUT', file, { content: before.content })).json.apiServer.running).toBe(true);
  expect((await cluster.call('GET', '/api/v1/pods')).status).toBe(200);
  expect((await rest('GET', file.replace('kube-apiserver', 'none'))).status).toBe(404);
  expect((await rest('PUT', file.replace('/etc/kubernetes', '/root'), { content })).status).toBe(422);
});

test('the machines of a cluster in the cloud are listed, switched off and removed, and its load balancers get addresses', async () => {
  const { json: created } = await rest('POST', '/clusters', { name: 'cloud', profile: 'instant', cloud: true, clock: { mode: 'stepped' } });
  const cluster = open(created);
  const advance = (by: string) => rest('POST', `/clusters/${created.id}/clock/advance`, { by });
  const machines = `/clusters/${created.id}/cloud/instances`;
  const nodes = async () => (await cluster.must('GET', '/api/v1/nodes')).items;
  const { items } = (await rest('GET', machines)).json;
  expect(items.map(({ name, running }: Json) => [name, running])).toEqual([
    ['control-plane', true],
    ['worker-1', true],
    ['worker-2', true],
  ]);
  await advance('1m');
  expect((await nodes()).map(({ spec }: Json) => spec.providerID).sort()).toEqual(items.map(({ providerID }: Json) => providerID).sort());
  const service = { metadata: { name: 'web' }, spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] } };
  await cluster.must('POST', '/api/v1/namespaces/default/services', service);
  await advance('1m');
  expect((await cluster.must('GET', '/api/v1/namespaces/default/services/web')).status.loadBalancer.ingress).toEqual([
    { ip: expect.any(String), ipMode: 'VIP' },
  ]);
  expect((await rest('PATCH', `${machines}/worker-1`, { running: false })).status).toBe(204);
  await advance('2m');
  const off = (await nodes()).find(({ metadata }: Json) => metadata.name === 'worker-1').spec.taints;
  expect(off.map(({ key }: Json) => key)).toContain('node.cloudprovider.kubernetes.io/shutdown');
  expect((await rest('DELETE', `${machines}/worker-2`)).status).toBe(204);
  await advance('2m');
  expect((await nodes()).map(({ metadata }: Json) => metadata.name)).toEqual(['control-plane', 'worker-1']);
  expect((await rest('DELETE', `${machines}/worker-2`)).status).toBe(404);
  expect((await rest('PATCH', `${machines}/worker-1`, { running: 'no' })).status).toBe(422);
});

test('the OpenAPI document describes everything, and all its references can be resolved', async () => {
  const { json } = await rest('GET', '/openapi.json');
  expect(json).toMatchObject({ openapi: '3.1.0', info: { title: 'Orrery platform', version: 'v1' }, servers: [{ url: '/platform/v1' }] });
  const operations = Object.entries<Json>(json.paths).flatMap(([at, methods]) =>
    Object.keys(methods)
      .filter((method) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
      .map((method) => `${method} ${at}`),
  );
  expect(operations.sort()).toEqual([
    'delete /clusters/{id}',
    'delete /clusters/{id}/clock/advance',
    'delete /clusters/{id}/cloud/instances/{instance}',
    'delete /clusters/{id}/faults/{fault}',
    'delete /clusters/{id}/nodes/{node}/files',
    'delete /clusters/{id}/snapshots/{name}',
    'delete /organizations/{id}',
    'delete /organizations/{id}/templates/{name}',
    'get /clusters',
    'get /clusters/{id}',
    'get /clusters/{id}/audit',
    'get /clusters/{id}/audit/{auditId}',
    'get /clusters/{id}/clock',
    'get /clusters/{id}/cloud/instances',
    'get /clusters/{id}/diff',
    'get /clusters/{id}/etcd',
    'get /clusters/{id}/export',
    'get /clusters/{id}/faults',
    'get /clusters/{id}/kubeconfig',
    'get /clusters/{id}/nodes/{node}/files',
    'get /clusters/{id}/objects',
    'get /clusters/{id}/scheduling',
    'get /clusters/{id}/snapshots',
    'get /clusters/{id}/trace',
    'get /organizations',
    'get /organizations/{id}',
    'get /organizations/{id}/templates',
    'get /organizations/{id}/templates/{name}',
    'patch /clusters/{id}',
    'patch /clusters/{id}/cloud/instances/{instance}',
    'patch /organizations/{id}',
    'post /clusters',
    'post /clusters/import',
    'post /clusters/{id}/authorization/explain',
    'post /clusters/{id}/clock/advance',
    'post /clusters/{id}/faults',
    'post /clusters/{id}/fork',
    'post /clusters/{id}/reset',
    'post /clusters/{id}/restore',
    'post /clusters/{id}/scheduling/what-if',
    'post /clusters/{id}/snapshots',
    'post /clusters/{id}/token',
    'post /organizations',
    'post /organizations/{id}/templates',
    'put /clusters/{id}/nodes/{node}/files',
    'put /organizations/{id}/templates/{name}',
  ]);
  for (const reference of references(json)) {
    const at = reference.replace('#/', '').split('/');
    expect([reference, at.reduce((value: Json, key) => value?.[key], json)]).toEqual([reference, expect.any(Object)]);
  }
  for (const [at, methods] of Object.entries<Json>(json.paths)) {
    const named = [...at.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect((methods.parameters ?? []).filter((p: Json) => p.in === 'path').map((p: Json) => p.name)).toEqual(named);
    for (const [method, operation] of Object.entries<Json>(methods)) {
      if (method === 'parameters') continue;
      expect(operation.summary).toEqual(expect.any(String));
      expect(Object.keys(operation.responses).some((code) => code.startsWith('2'))).toBe(true);
    }
  }
});

describe('operators', () => {
  const urlOf = (process: string): string => {
    const { children } = JSON.parse(readFileSync(path.join(service.home, 'run.json'), 'utf8')) as Json;
    return children.find(({ name }: Json) => name === process).url;
  };
  const asked = async (process: string, at: string) => {
    const answer = await fetch(`${urlOf(process)}${at}`);
    return { status: answer.status, text: await answer.text() };
  };

  test.each(['api', 'worker'])('find the health of the %s at a separate address', async (process) => {
    expect(urlOf(process)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await asked(process, '/livez')).toEqual({ status: 200, text: 'ok' });
    expect(await asked(process, '/readyz')).toEqual({ status: 200, text: 'ok' });
    expect(await asked(process, '/livez?verbose')).toEqual({ status: 200, text: '[+]ping ok\nlivez check passed\n' });
    expect(await asked(process, '/readyz?verbose')).toEqual({
      status: 200,
      text: '[+]ping ok\n[+]postgres ok\n[+]disk ok\n[+]redis ok\n[+]shutdown ok\nreadyz check passed\n',
    });
  });

  test('only they do: the public address shows whether the service is healthy, and metrics of a cluster for its own token', async () => {
    for (const at of ['/livez', '/livez?verbose', '/readyz', '/readyz?verbose'])
      expect(await service.request(at)).toMatchObject({ status: 200, text: 'ok' });
    const { json } = await rest('POST', '/clusters', { name: 'curious', organization: 'demo', profile: 'instant' });
    const { json: other } = await rest('POST', '/clusters', { name: 'other', organization: 'demo', profile: 'instant' });
    for (const token of [undefined, other.token, service.adminToken]) {
      const inside = await service.request(`/clusters/${json.id}/metrics`, { token });
      expect(inside.status).toBeGreaterThanOrEqual(400);
      expect(inside.text).not.toMatch(/nodejs_|apiserver_/);
    }
    expect((await service.request('/metrics')).status).toBe(404);
    expect((await service.request('/metrics', { token: service.adminToken })).status).toBe(401);
    const map = { metadata: { name: 'm' } };
    await open(other).must('POST', '/api/v1/namespaces/default/configmaps', map);
    for (const at of ['/metrics', `/clusters/${json.id}/metrics`]) {
      const { status, text } = await service.request(at, { token: json.token });
      expect([status, text.includes('apiserver_audit_level_total{'), /nodejs_|process_cpu|configmaps.*POST/.test(text)]).toEqual([
        200,
        true,
        false,
      ]);
    }
  });

  test('find the same number of metrics however many tenants there are', async () => {
    const series = (text: string) =>
      text
        .split('\n')
        .filter((line) => line && !line.startsWith('#') && !/^(nodejs|process)_/.test(line))
        .map((line) => line.replace(/ [^ ]+$/, ''));
    const use = async (name: string) => {
      const { json } = await rest('POST', '/clusters', { name, organization: 'demo', profile: 'instant' });
      const cluster = open(json);
      await cluster.must('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf(`app-${name}`, 1));
      const running = async () =>
        (await cluster.must('GET', `/apis/apps/v1/namespaces/default/deployments/app-${name}`)).status.readyReplicas === 1;
      expect(await until(running)).toBe(true);
      return json.id as string;
    };
    const ids = [await use('tenant-one')];
    const read = async () => [series((await asked('api', '/metrics')).text), series((await asked('worker', '/metrics')).text)] as const;
    const [api, worker] = await read();
    expect(api.some((line) => line.startsWith('apiserver_request_total{'))).toBe(true);
    expect(worker.some((line) => line.startsWith('orrery_turns_total{'))).toBe(true);
    for (const name of ['tenant-two', 'tenant-three']) ids.push(await use(name));
    const [apiLater, workerLater] = await read();
    expect(apiLater.length).toBe(api.length);
    expect(workerLater.length).toBeLessThanOrEqual(worker.length + 4);
    for (const line of [...apiLater, ...workerLater]) {
      for (const id of ids) expect(line).not.toContain(id);
      expect(line).not.toMatch(/tenant-|app-/);
    }
  });

  test('find the request’s id in the response', async () => {
    const answer = await service.request('/clusters/nothing/api');
    expect(answer.headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});
