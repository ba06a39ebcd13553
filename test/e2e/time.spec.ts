import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ClusterApi, type Json } from '../cluster-api.js';
import { kubectls, run } from '../kubectl.js';
import { MoreProcesses, workerPattern } from '../more-processes.js';
import { type MadeCluster, type Service, startService, until } from '../service.js';

let service: Service;
const opened: ClusterApi[] = [];
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  for (const api of opened) api.close();
  await service?.stop();
});

const headers = { 'content-type': 'application/json' };
async function platform(method: string, at: string, body?: unknown): Promise<{ status: number; body: Json }> {
  const path = `/platform/v1/clusters${at}`;
  const answer = await service.request(path, {
    method,
    token: service.adminToken,
    ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: answer.headers['content-type']?.includes('json') ? JSON.parse(answer.text) : answer.text };
}
const apiOf = (made: MadeCluster): ClusterApi => {
  const api = new ClusterApi(service, made);
  opened.push(api);
  return api;
};
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const pods = '/api/v1/namespaces/default/pods';
const deployment = (replicas: number) => ({
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
  },
});
const running = async (api: ClusterApi): Promise<number> =>
  (await api.must('GET', pods)).items.filter(({ status }: Json) => status.phase === 'Running').length;

test('a cluster is kept, forked, restored and reset while its credentials stay valid', async () => {
  const made = await service.createCluster({ name: 'original', profile: 'instant' });
  const api = apiOf(made);
  await api.must('POST', deployments, deployment(2));
  expect(await until(async () => (await running(api)) === 2)).toBe(true);
  expect((await platform('POST', `/${made.id}/snapshots`, { name: 'two' })).status).toBe(201);
  const shown = (await platform('GET', `/${made.id}`)).body;
  expect(shown.revision).toBeGreaterThanOrEqual(Number((await api.must('GET', pods)).metadata.resourceVersion));
  expect(shown.oldestRevision).toBeLessThan(shown.revision);
  await api.must('DELETE', `${deployments}/web`);
  expect(await until(async () => (await running(api)) === 0)).toBe(true);

  const then = await platform('POST', `/${made.id}/fork`, { name: 'then', revision: shown.revision });
  expect(await running(apiOf(then.body as MadeCluster))).toBe(2);
  const fork = await platform('POST', `/${made.id}/fork`, { name: 'copy', snapshot: 'two' });
  expect(fork.status).toBe(201);
  const copy = apiOf(fork.body as MadeCluster);
  expect(await running(copy)).toBe(2);
  await copy.must('PATCH', `${deployments}/web`, { spec: { replicas: 3 } }, { type: 'application/merge-patch+json' });
  expect(await until(async () => (await running(copy)) === 3)).toBe(true);
  expect((await service.request(`/clusters/${made.id}${pods}`, { token: fork.body.token })).status).toBe(401);

  const before = Number((await api.must('GET', pods)).metadata.resourceVersion);
  const watch = service.request(`/clusters/${made.id}${pods}?watch=1`, { token: made.token });
  expect((await platform('POST', `/${made.id}/restore`, { snapshot: 'two' })).body.revision).toBeGreaterThan(before);
  expect((await watch).text).toContain('"code":410');
  expect(await running(api)).toBe(2);
  await api.must('PATCH', `${deployments}/web`, { spec: { replicas: 4 } }, { type: 'application/merge-patch+json' });
  expect(await until(async () => (await running(api)) === 4)).toBe(true);

  expect((await platform('POST', `/${made.id}/reset`, {})).status).toBe(200);
  expect([await running(api), (await api.must('GET', '/api/v1/nodes')).items.length]).toEqual([0, 3]);
  await api.must('POST', deployments, deployment(1));
  expect(await until(async () => (await running(api)) === 1)).toBe(true);
  const alike = await platform('POST', `/${made.id}/fork`, { name: 'team', snapshot: 'two', count: 3 });
  expect(alike.body.items.map(({ name }: Json) => name)).toEqual(['team-1', 'team-2', 'team-3']);
  expect((await platform('POST', '', { name: 'team', count: 2 })).status).toBe(409);
  expect((await platform('POST', '', { name: 'class', profile: 'instant', count: 2 })).body.items.length).toBe(2);
  expect((await platform('DELETE', `/${made.id}/snapshots/two`)).status).toBe(204);
});

test('a clock changes its mode while the cluster works', async () => {
  const made = await service.createCluster({
    name: 'clock',
    profile: 'realistic',
    clock: { mode: 'stepped', startAt: '2030-01-01T00:00:00Z' },
  });
  const api = apiOf(made);
  await api.must('POST', deployments, deployment(1));
  expect((await platform('POST', `/${made.id}/clock/advance`, { by: '0s' })).body.now).toBe('2030-01-01T00:00:00.000Z');
  expect(await running(api)).toBe(0);
  const scaled = await platform('PATCH', `/${made.id}`, { clock: { mode: 'scaled', rate: 600 } });
  expect(scaled.body.clock).toMatchObject({ mode: 'scaled', rate: 600, now: expect.stringMatching(/^2030-01-01T00:/) });
  expect(await until(async () => (await running(api)) === 1)).toBe(true);
  expect((await platform('POST', `/${made.id}/clock/advance`, { by: '1s' })).body).toMatchObject({
    status: 409,
    detail: `cluster ${made.id} has a scaled clock; only a stepped one can be advanced`,
  });
  const frozen = await platform('PATCH', `/${made.id}`, { clock: { mode: 'frozen' } });
  expect(frozen.body.clock.mode).toBe('frozen');
  expect((await platform('POST', `/${made.id}/clock/advance`, { by: '1s' })).status).toBe(409);
  expect((await platform('GET', `/${made.id}`)).body.clock).toEqual(frozen.body.clock);
  await platform('PATCH', `/${made.id}`, { clock: { mode: 'stepped' } });
  expect((await platform('GET', `/${made.id}/clock`)).body).toMatchObject({ mode: 'stepped' });
  const advanced = await platform('POST', `/${made.id}/clock/advance`, { by: '1h' });
  expect(Date.parse(advanced.body.now) - Date.parse(frozen.body.clock.now)).toBe(3_600_000);
});

test('an advance ends when an object is as it is waited for, or all is quiet, and tells what happened', async () => {
  const made = await service.createCluster({
    name: 'until',
    profile: 'realistic',
    clock: { mode: 'stepped', startAt: '2030-01-01T00:00:00Z' },
  });
  const api = apiOf(made);
  const before = Number((await api.must('GET', pods)).metadata.resourceVersion);
  await api.must('POST', deployments, deployment(2));
  const advance = (body: object) => platform('POST', `/${made.id}/clock/advance`, body);
  const available = await advance({ until: { object: 'deployment/web', condition: 'Available' }, by: '10m' });
  expect(available).toMatchObject({ status: 200, body: { met: true, happened: { truncated: false } } });
  expect(Date.parse(available.body.now)).toBeLessThan(Date.parse('2030-01-01T00:01:00Z'));
  expect(available.body.happened.conditions).toContainEqual(
    expect.objectContaining({ object: 'deployment/web', type: 'Available', to: 'True', reason: 'MinimumReplicasAvailable' }),
  );
  expect(available.body.happened.events.map(({ reason }: Json) => reason)).toEqual(expect.arrayContaining(['Pulled', 'Started']));
  expect((await advance({ until: { quiet: '30s' } })).body).toMatchObject({ met: true });
  expect((await advance({ until: { object: 'pod/none', jsonPath: '{.spec}' }, by: '1s' })).body).toMatchObject({ met: false });
  const refused = [{ until: { object: 'x' } }, { to: '2029-01-01T00:00:00Z' }, {}, { by: '1s', to: '2031-01-01T00:00:00Z' }];
  expect(await Promise.all(refused.map(async (body) => (await advance(body)).status))).toEqual([422, 422, 422, 422]);
  expect((await platform('DELETE', `/${made.id}/clock/advance`)).status).toBe(404);
  expect((await advance({ to: '2030-01-01T01:00:00Z' })).body.now).toBe('2030-01-01T01:00:00.000Z');

  expect((await platform('GET', `/${made.id}/objects?resource=pods&namespace=default&revision=${before}`)).body).toEqual({
    revision: before,
    items: [],
  });
  const present = (await platform('GET', `/${made.id}/objects?resource=po&namespace=default&limit=1`)).body;
  expect([present.items.length, present.items[0].metadata.labels.app, typeof present.continue]).toEqual([1, 'web', 'string']);
  const diff = (await platform('GET', `/${made.id}/diff?from=${before}`)).body;
  expect(diff.items).toContainEqual(expect.objectContaining({ key: '/registry/deployments/default/web', change: 'created' }));
  const trace = (await platform('GET', `/${made.id}/trace?object=deployment/web`)).body as string;
  for (const line of ['created Deployment web', 'deployment-controller created ReplicaSet web-', 'bound to node', 'is Running']) {
    expect(trace).toContain(line);
  }
  const [pod] = present.items as Json[];
  const why = (await platform('GET', `/${made.id}/trace?object=pod/${pod.metadata.name}&back=true&format=json`)).body;
  expect(why.steps[0]).toMatchObject({ component: null, key: '/registry/deployments/default/web', type: 'CREATED' });
  const missing = [
    'objects?resource=things',
    'objects?resource=pods&revision=999999',
    'diff?from=9&to=3',
    'trace?object=pod/none',
    'trace?revision=999999',
  ];
  expect(await Promise.all(missing.map(async (at) => (await platform('GET', `/${made.id}/${at}`)).status))).toEqual([
    422, 504, 422, 404, 422,
  ]);
});

const rest = async (method: string, at: string, body?: unknown) => {
  const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) };
  const { status, text } = await service.request(`/platform/v1${at}`, { method, token: service.adminToken, ...sent });
  return { status, body: (text === '' ? undefined : JSON.parse(text)) as Json };
};

test('clusters of a template have its nodes, objects and faults, also after a reset', async () => {
  const exam = {
    name: 'exam',
    nodes: { preset: 'killercoda', count: 2 },
    version: 'v1.35.1',
    manifests: `apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n---\n${JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', ...deployment(2) })}`,
    faults: [{ type: 'stop', component: 'kubelet', node: 'node01' }],
    storage: 'local-path',
    profile: 'instant',
    clock: { mode: 'stepped', startAt: '2030-01-01T00:00:00Z' },
  };
  const [{ id: organization }] = (await rest('GET', '/organizations')).body.items;
  const at = `/organizations/${organization}/templates`;
  const made = await rest('POST', at, exam);
  expect([made.status, made.body]).toEqual([
    201,
    {
      ...exam,
      nodes: [
        { name: 'controlplane', role: 'control-plane' },
        { name: 'node01', role: 'worker' },
      ],
      clock: { mode: 'stepped', startAt: '2030-01-01T00:00:00.000Z' },
      createdAt: expect.any(String),
    },
  ]);
  const { manifests: _, ...listed } = made.body;
  expect((await rest('GET', at)).body.items).toEqual([listed]);
  expect((await rest('GET', `${at}/exam`)).body).toEqual(made.body);
  const refused = [
    [409, await rest('POST', at, exam)],
    [422, await rest('POST', at, { name: 'a', nodes: [{ name: 'n' }] })],
    [422, await rest('POST', at, { name: 'b', manifests: 'kind: Pod' })],
    [422, await rest('POST', at, { name: 'c', faults: [{ type: 'stop', node: 'x' }] })],
    [404, await rest('PUT', `${at}/none`, { manifests: exam.manifests })],
    [422, await rest('POST', '/clusters', { name: 'x', template: 'none' })],
    [422, await rest('POST', '/clusters', { name: 'x', template: 'exam', cloud: true })],
  ] as const;
  expect(refused.map(([, { status }]) => status)).toEqual(refused.map(([status]) => status));
  expect(refused[2][1].body.detail).toBe("document 1: Object 'apiVersion' is missing");

  const { items } = (await rest('POST', '/clusters', { name: 'pupil', template: 'exam', count: 3 })).body;
  const api = apiOf(items[2]);
  const seen = async () => ({
    nodes: (await api.must('GET', '/api/v1/nodes')).items.map(({ metadata }: Json) => metadata.name),
    version: (await api.must('GET', '/version')).gitVersion,
    running: await running(api),
    namespace: (await api.call('GET', '/api/v1/namespaces/team')).status,
    classes: (await api.must('GET', '/apis/storage.k8s.io/v1/storageclasses')).items.length,
    faults: (await platform('GET', `/${items[2].id}/faults`)).body.items,
  });
  const asMade = {
    nodes: ['controlplane', 'node01'],
    ...{ version: 'v1.35.1', running: 2, namespace: 200, classes: 1 },
    faults: [
      { id: 'fault-1', type: 'stop', component: 'kubelet', node: 'node01', since: '2030-01-01T00:00:00.000Z', symptoms: expect.any(Array) },
    ],
  };
  expect(items.map(({ name }: Json) => name)).toEqual(['pupil-1', 'pupil-2', 'pupil-3']);
  expect(await seen()).toEqual(asMade);
  await api.must('DELETE', '/api/v1/namespaces/team');
  await platform('DELETE', `/${items[2].id}/faults/fault-1`);
  expect((await rest('PUT', `${at}/exam`, { nodes: { count: 1 } })).status).toBe(200);
  expect((await platform('POST', `/${items[2].id}/reset`, {})).status).toBe(200);
  const { since } = (await seen()).faults[0];
  expect(await seen()).toEqual({ ...asMade, faults: [{ ...asMade.faults[0], since }] });
  expect((await rest('DELETE', `${at}/exam`)).status).toBe(204);
  expect((await rest('GET', `${at}/exam`)).status).toBe(404);
});

test('GraphQL stores templates of an organization and makes clusters of them, with the token of the platform', async () => {
  const made = await service.createCluster({ name: 'teacher', profile: 'instant', nodes: { count: 1 } });
  const [{ id: organization }] = (await rest('GET', '/organizations')).body.items;
  const asked = (query: string, token = service.adminToken) => graph(made, token, query);
  const store = (content: string, name = 'lab') => asked(`mutation { storeTemplate(name: "${name}", template: { ${content} }) { name } }`);
  expect((await store('nodes: { count: 5, cpu: "8" }')).data).toEqual({ storeTemplate: { name: 'lab' } });
  const lab = `
    namedNodes: [{ name: "cp", role: "control-plane" }, { name: "n1", labels: { disk: "ssd" }, taints: [{ key: "k", effect: "NoExecute" }] }]
    profile: "instant", clock: { mode: "stepped", startAt: "2030-01-01T00:00:00Z" }, version: "v1.35.1"
    faults: [{ type: "stop", component: "kubelet", node: "n1" }]
    manifests: """\n    apiVersion: v1\n    kind: Namespace\n    metadata: {name: team}\n    """`;
  expect((await store(lab)).data).toEqual({ storeTemplate: { name: 'lab' } });
  const content = {
    nodes: [
      { name: 'cp', role: 'control-plane' },
      { name: 'n1', role: 'worker', labels: { disk: 'ssd' }, taints: [{ key: 'k', effect: 'NoExecute' }] },
    ],
    ...{ profile: 'instant', version: 'v1.35.1', clock: { mode: 'stepped', startAt: '2030-01-01T00:00:00.000Z' } },
    faults: [{ type: 'stop', component: 'kubelet', node: 'n1' }],
    manifests: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: team}',
  };
  expect((await rest('GET', `/organizations/${organization}/templates/lab`)).body).toEqual({
    name: 'lab',
    ...content,
    createdAt: expect.any(String),
  });
  const shown = `{ organization { name quotas templates {
    name version profile clock { mode startAt } faults { type component node } manifests nodes { name role cpu labels taints { key effect } }
  } none: template(name: "none") { name } } }`;
  const { templates, ...others } = (await asked(shown)).data.organization;
  expect(others).toEqual({ name: 'demo', quotas: expect.objectContaining({ clusters: expect.any(Number) }), none: null });
  expect(templates).toEqual([
    { name: 'lab', ...content, nodes: content.nodes.map((node) => ({ cpu: null, labels: null, taints: null, ...node })) },
  ]);

  const create = (more: string) => asked(`mutation { createClusters(${more}) { id name token kubeconfig } }`);
  const { createClusters } = (await create('name: "lab", template: "lab", count: 2')).data;
  expect(createClusters.map(({ name }: Json) => name)).toEqual(['lab-1', 'lab-2']);
  const api = apiOf(createClusters[1]);
  expect((await api.must('GET', '/api/v1/nodes')).items.map(({ metadata }: Json) => metadata.name)).toEqual(['cp', 'n1']);
  expect((await platform('GET', `/${createClusters[1].id}/faults`)).body.items.length).toBe(1);

  const refused = [
    ['CONFLICT', await create('name: "lab", template: "lab", count: 2')],
    ['BAD_USER_INPUT', await create('name: "x", template: "none"')],
    ['BAD_USER_INPUT', await create('name: "x", template: "lab", count: 1000')],
    ['BAD_USER_INPUT', await create('name: "x", template: "lab", organization: "nobody"')],
    ['BAD_USER_INPUT', await store('manifests: "kind: Pod"')],
    ['BAD_USER_INPUT', await store('nodes: { count: 1 }, namedNodes: [{ name: "a", role: "control-plane" }]')],
    ['BAD_USER_INPUT', await store('nodes: { count: 1 }', 'No Name')],
    ['FORBIDDEN', await asked('{ organization { name } }', made.token)],
    ['FORBIDDEN', await asked('mutation { deleteTemplate(name: "lab") }', made.token)],
  ] as const;
  expect(refused.map(([, { errors }]) => errors?.[0].extensions.code)).toEqual(refused.map(([code]) => code));
  expect(refused[4][1].errors[0].message).toBe("document 1: Object 'apiVersion' is missing");
  expect((await asked('mutation { deleteTemplate(name: "lab") again: deleteTemplate(name: "lab") }')).data).toEqual({
    deleteTemplate: true,
    again: false,
  });
});

const graph = async (made: MadeCluster, token: string, query: string) => {
  const sent = { method: 'POST', token, headers, body: JSON.stringify({ query }) };
  return JSON.parse((await service.request(`/graphql?cluster=${made.id}`, sent)).text) as Json;
};

test('GraphQL turns the clock, follows it, and keeps, restores and forks the cluster', async () => {
  const made = await service.createCluster({
    name: 'graph',
    profile: 'instant',
    clock: { mode: 'stepped', startAt: '2030-01-01T00:00:00Z' },
  });
  const api = apiOf(made);
  const socket = createClient({
    url: `${service.origin.replace('https', 'wss')}/graphql?cluster=${made.id}`,
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols, { ca: service.ca });
      }
    },
    connectionParams: { authorization: `Bearer ${made.token}` },
    retryAttempts: 0,
  });
  const ticks: Json[] = [];
  const query = 'subscription { clock { mode now target happened { writes kinds { kind created } events { reason } } } }';
  socket.subscribe<Json>(
    { query },
    { next: ({ data }) => void ticks.push(data?.clock), error: () => undefined, complete: () => undefined },
  );
  expect(await until(() => ticks.length > 0)).toBe(true);
  expect(ticks[0]).toMatchObject({ mode: 'stepped', now: '2030-01-01T00:00:00.000Z', happened: { writes: 0 } });

  expect((await graph(made, made.token, '{ clock { mode now } snapshots { name } }')).data).toEqual({
    clock: { mode: 'stepped', now: '2030-01-01T00:00:00.000Z' },
    snapshots: [],
  });
  await graph(made, made.token, 'mutation { createSnapshot(name: "empty") { name revision at } }');
  const before = Number((await api.must('GET', pods)).metadata.resourceVersion);
  await api.must('POST', deployments, deployment(2));
  const advance = `mutation { advanceClock(by: "10m", until: {
    resource: "pods", labelSelector: "app=web", expression: "objects.size() == 2 && objects.all(o, o.status.phase == 'Running')"
  }) { met reason happened { kinds { kind created } events { reason } truncated } } }`;
  const { data } = await graph(made, made.token, advance);
  expect(data.advanceClock).toMatchObject({ met: true, reason: null, happened: { truncated: false } });
  expect(data.advanceClock.happened.kinds).toContainEqual({ kind: 'Pod', created: 2 });
  const seen = () => ticks.flatMap(({ happened }) => happened.kinds).filter(({ kind }: Json) => kind === 'Pod');
  expect(await until(() => seen().reduce((sum, { created }: Json) => sum + created, 0) === 2)).toBe(true);
  const missed = await graph(
    made,
    made.token,
    'mutation { advanceClock(by: "5s", until: { object: "deployment/web", expression: "object.spec.paused" }) { met reason } }',
  );
  expect(missed.data.advanceClock).toEqual({ met: false, reason: 'no such key: paused' });
  const waited = 'mutation { advanceClock(until: { object: "deployment/web", for: "condition=Available" }) { met now } cancelAdvance }';
  expect((await graph(made, made.token, waited)).data).toMatchObject({ advanceClock: { met: true }, cancelAdvance: false });
  expect(await until(() => ticks.at(-1)?.now === '2030-01-01T00:00:05.000Z')).toBe(true);

  const past = await graph(
    made,
    made.token,
    `{ diff(from: ${before}) { items { key change } counts { created deleted } truncated }
      web: diff(from: ${before}, to: "0s", kinds: ["deploy"], namespace: "default", limit: 1) { items { key } counts { created } truncated }
      pods(namespace: "default", at: ${before}) { items { kind } } }`,
  );
  expect(past.data.pods.items).toEqual([]);
  expect(past.data.web).toEqual({ items: [{ key: '/registry/deployments/default/web' }], counts: { created: 1 }, truncated: false });
  expect(past.data.diff).toMatchObject({ counts: { created: past.data.diff.items.length, deleted: 0 }, truncated: false });
  expect(past.data.diff.items).toContainEqual({ key: '/registry/deployments/default/web', change: 'created' });
  const fork = 'mutation { fork(name: "graph-fork", snapshot: "empty") { id token } }';
  expect((await graph(made, made.token, fork)).errors[0].extensions.code).toBe('FORBIDDEN');
  const [copied] = (await graph(made, service.adminToken, fork)).data.fork;
  expect(await running(apiOf(copied))).toBe(0);
  expect(await running(api)).toBe(2);
  expect((await graph(made, made.token, 'mutation { restore(snapshot: "empty") }')).data.restore).toBeGreaterThan(before);
  expect(await running(api)).toBe(0);
  expect((await graph(made, made.token, 'mutation { reset deleteSnapshot(name: "empty") }')).data.deleteSnapshot).toBe(true);
  expect((await graph(made, made.token, 'mutation { changeClock(mode: "scaled", rate: 10) { mode rate } }')).data.changeClock).toEqual({
    mode: 'scaled',
    rate: 10,
  });
  const refused = ['{ diff(from: 999999) { to } }', 'mutation { restore(snapshot: "none") }', 'mutation { advanceClock(by: "x") { now } }'];
  const codes = await Promise.all(refused.map(async (text) => (await graph(made, made.token, text)).errors[0].extensions.code));
  expect(codes).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT', 'BAD_USER_INPUT']);
  await socket.dispose();
});

test('a cluster is exported as a file, and goes on where it is imported', async () => {
  const clock = { mode: 'stepped', startAt: '2030-01-01T00:00:00Z' };
  const made = await service.createCluster({ name: 'filed', profile: 'instant', clock, cloud: true });
  const api = apiOf(made);
  await api.must('POST', deployments, deployment(2));
  await api.must('POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 's' }, stringData: { password: 'geheim ü' } });
  await platform('POST', `/${made.id}/clock/advance`, { by: '90s' });
  const exported = await service.request(`/platform/v1/clusters/${made.id}/export`, { token: service.adminToken });
  expect([exported.status, exported.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
  const send = async (body: string, name: string) => {
    const sent = { method: 'POST', token: service.adminToken, headers: { 'content-type': 'application/x-ndjson' }, body };
    const { status, text } = await service.request(`/platform/v1/clusters/import?name=${name}`, sent);
    return { status, body: JSON.parse(text) as Json };
  };
  const imported = await send(exported.text, 'imported');
  expect(imported).toMatchObject({
    status: 201,
    body: { name: 'imported', cloud: true, clock: { mode: 'stepped', now: '2030-01-01T00:01:30.000Z' } },
  });
  const copy = apiOf(imported.body as MadeCluster);
  const uids = async (of: ClusterApi) => (await of.must('GET', pods)).items.map(({ metadata }: Json) => metadata.uid);
  expect(await uids(copy)).toEqual(await uids(api));
  expect((await copy.must('GET', '/api/v1/namespaces/default/secrets/s')).data.password).toBe(Buffer.from('geheim ü').toString('base64'));
  expect((await service.request(`/clusters/${imported.body.id}${pods}`, { token: made.token })).status).toBe(401);
  await copy.must('PATCH', `${deployments}/web`, { spec: { replicas: 3 } }, { type: 'application/merge-patch+json' });
  await platform('POST', `/${imported.body.id}/clock/advance`, { by: '10s' });
  expect([await running(copy), await running(api)]).toEqual([3, 2]);
  const refused = [
    [exported.text.replace('"replicas":2', '"replicas":"two"'), 'cannot unmarshal string into Go struct field'],
    [exported.text.replace('"profile":"instant"', '"profile":"slow"'), 'line 1: profile: '],
    [exported.text.slice(0, 10_000), 'it is cut off'],
    ['[1]\n', 'line 1: it is not an object'],
  ] as const;
  for (const [text, detail] of refused) {
    expect(await send(text, 'refused')).toMatchObject({ status: 422, body: { detail: expect.stringContaining(detail) } });
  }
  // Files of which most has not been read when they are refused, one after the other on a connection.
  const header = exported.text.slice(0, exported.text.indexOf('\n') + 1);
  for (const length of [250_000, 500_000, 250_000]) {
    const unread = await send(`${header}\n${' '.repeat(length)}\n`, 'refused');
    expect(unread).toMatchObject({ status: 422, body: { detail: 'line 2: it has no key and object' } });
  }
  // Nobody vouches for it any more: it is checked, and its machines in the cloud are left out.
  const edited = await send(exported.text.replace('"replicas":2', '"replicas":4'), 'edited');
  expect([edited.status, edited.body.cloud]).toEqual([201, undefined]);
  const other = apiOf(edited.body as MadeCluster);
  await platform('POST', `/${edited.body.id}/clock/advance`, { by: '10s' });
  expect([await running(other), (await other.must('GET', '/api/v1/nodes')).items.length]).toEqual([4, 3]);
  expect((await send(exported.text, 'imported')).status).toBe(409);
  expect((await platform('POST', '/import', { name: 'x' })).status).toBe(415);
  expect((await platform('GET', '/none/export')).status).toBe(404);
});

test('every credential of a cluster is valid after it was reset to a named state, and to its beginning', async () => {
  const [kubectl] = kubectls();
  if (kubectl === undefined) return;
  const made = await service.createCluster({ name: 'named', profile: 'instant' });
  const api = apiOf(made);
  const folder = mkdtempSync(path.join(service.home, 'reset-'));
  const kept = (name: string, text: string) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const show = (at: string) => service.request(`/platform/v1/clusters/${made.id}${at}`, { token: service.adminToken });
  const given = (await show('/kubeconfig')).text;
  const withToken = kept('token', given);
  const withCertificate = kept('certificate', (await show('/kubeconfig?auth=certificate')).text);
  const kube = async (file: string, ...args: string[]) => {
    const { code, out, err } = await run(kubectl, file, args);
    return code === 0 ? out.trim() : `${code}: ${err.trim()}`;
  };
  await kube(withToken, 'create', 'serviceaccount', 'robot');
  await kube(withToken, 'create', 'clusterrolebinding', 'robot', '--clusterrole=view', '--serviceaccount=default:robot');
  await kube(withToken, 'create', 'configmap', 'state', '--from-literal=is=named');
  const account = kept('account', given.replace(/token: .*/, `token: ${await kube(withToken, 'create', 'token', 'robot')}`));
  expect((await platform('POST', `/${made.id}/snapshots`, { name: 'start' })).status).toBe(201);
  const { server } = (await platform('GET', `/${made.id}`)).body;
  const state = ['get', 'configmap', 'state', '-o', 'jsonpath={.data.is}'];

  await kube(withToken, 'delete', 'configmap,serviceaccount', 'state', 'robot', '--ignore-not-found');
  expect(await kube(withCertificate, ...state)).toBe('1: Error from server (NotFound): configmaps "state" not found');
  expect((await platform('POST', `/${made.id}/reset`, { to: 'start' })).status).toBe(200);
  for (const file of [withToken, withCertificate, account]) expect([file, await kube(file, ...state)]).toEqual([file, 'named']);
  await kube(withToken, 'create', 'deployment', 'web', '--image=nginx');
  expect(await kube(withCertificate, 'rollout', 'status', 'deployment/web')).toContain('deployment "web" successfully rolled out');

  expect((await platform('POST', `/${made.id}/reset`, {})).status).toBe(200);
  for (const file of [withToken, withCertificate]) {
    expect(await kube(file, 'get', 'deployments,configmaps', '-o', 'name')).toBe('configmap/kube-root-ca.crt');
  }
  expect(await kube(account, ...state)).toContain('You must be logged in to the server');
  expect((await platform('GET', `/${made.id}`)).body).toMatchObject({ id: made.id, server });
  expect((await show('/kubeconfig')).text).toBe(given);
  await kube(withToken, 'create', 'deployment', 'web', '--image=nginx');
  expect(await kube(withToken, 'rollout', 'status', 'deployment/web')).toContain('deployment "web" successfully rolled out');
  api.close();
});

test('an advance that waits for a state goes on when its worker is killed, shows how far it is, and is cancelled', async () => {
  const made = await service.createCluster({
    name: 'killed',
    profile: 'realistic',
    clock: { mode: 'stepped', startAt: '2030-01-01T00:00:00Z' },
  });
  const api = apiOf(made);
  const more = new MoreProcesses(service);
  more.worker();
  try {
    await api.must('POST', '/apis/batch/v1/namespaces/default/cronjobs', {
      metadata: { name: 'tick' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['true'] }] } } },
        },
      },
    });
    const tenTimes = {
      object: 'cronjob/tick',
      expression: "timestamp(object.status.lastScheduleTime) >= timestamp('2030-01-01T01:00:00Z')",
    };
    const advancing = platform('POST', `/${made.id}/clock/advance`, { by: '5h', until: tenTimes });
    const seen = new Set<string>();
    const look = async () => seen.add((await platform('GET', `/${made.id}/clock`)).body.now);
    for (let kill = 0; kill < 3; kill++) {
      expect(await until(async () => (await look()).size > 2 * (kill + 1))).toBe(true);
      const [victim] = service.pids(workerPattern);
      if (victim !== undefined) process.kill(victim, 'SIGKILL');
    }
    const { status, body } = await advancing;
    expect([status, body.met, body.now]).toEqual([200, true, '2030-01-01T01:00:00.000Z']);
    expect([...seen]).toEqual([...seen].sort());
    const names = (await api.must('GET', '/apis/batch/v1/namespaces/default/jobs')).items.map(({ metadata }: Json) => metadata.name);
    expect(new Set(names).size).toBe(names.length);

    const begun = await platform('POST', `/${made.id}/clock/advance`, { by: '9000h', wait: '1ms' });
    expect([begun.status, begun.body.target]).toEqual([202, '2031-01-11T01:00:00.000Z']);
    expect((await platform('DELETE', `/${made.id}/clock/advance`)).status).toBe(204);
    const stopped = (await platform('GET', `/${made.id}/clock`)).body;
    expect([stopped.advance.target, stopped.advance.failure]).toEqual([undefined, 'the advance was cancelled']);
    expect((await platform('POST', `/${made.id}/clock/advance`, { by: '0s' })).body.now).toBe(stopped.now);
  } finally {
    more.kill();
  }
});
