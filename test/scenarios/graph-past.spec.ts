import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type appsv1, ConfigMap, Deployment, Namespace } from '#api';
import { AuditEvent } from '#apiserver';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;
/** Revisions, and times of the cluster, after the steps of the story. */
const marks: Array<{ revision: number; time: string }> = [];

async function mark(): Promise<void> {
  const revision = Number((await data('{ cluster { revision } }')).cluster.revision);
  marks.push({ revision, time: new Date(cluster.api.cluster.clock.now()).toISOString() });
  await cluster.advance(60_000);
}

const data = (query: string, variables?: Record<string, unknown>) => graph.data(query, variables);

const refusal = async (query: string) => {
  const { message, extensions } = (await graph.run(query)).errors?.[0] ?? {};
  return [extensions?.code, message];
};

const web: appsv1.Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'past' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.26' }] } },
  },
} as never;

/** Records a request as the API server does. */
function audited(id: string): void {
  const event = new AuditEvent(
    { id, method: 'POST', uri: '/api/v1/namespaces/past/configmaps', userAgent: 'kubectl/v1.33', address: '10.0.0.9' },
    { now: () => 0, clusterTime: 0, observer: undefined },
  );
  event.attributes = {
    ...{ user: { name: 'jane', groups: [] }, verb: 'create', isResource: true, path: '', resource: 'configmaps', namespace: 'past' },
    ...{ name: 'noted', group: '', version: 'v1', subresource: '' },
  };
  event.level = 'Request';
  event.authorized(true, 'RBAC: allowed');
  event.end(201, undefined, []);
  graph.audit.sinkOf('local').record(event);
}

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
  const { client } = cluster;
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'past' } } as never);
  await mark();
  await client.create(Deployment, web);
  await cluster.settle();
  await mark();
  const change = { spec: { replicas: 3, template: { spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } } } };
  await client.patch(Deployment, 'web', 'past', 'strategic', change);
  await cluster.settle();
  await mark();
  await client.delete(Deployment, 'web', 'past');
  await cluster.settle();
  await mark();
});

afterAll(() => cluster.close());

const tree = `{ spec { replicas template { spec { containers { image } } } }
  replicaSets { spec { replicas } } pods { status { phase } spec { containers { image } } node { metadata { name } } ownerChain { kind } } }`;
const pod = (image: string) => ({
  status: { phase: 'Running' },
  spec: { containers: [{ image }] },
  node: { metadata: { name: expect.stringMatching(/^worker-/) } },
  ownerChain: [{ kind: 'ReplicaSet' }, { kind: 'Deployment' }],
});
const of = (replicas: number, image: string, sets: readonly number[]) => ({
  spec: { replicas, template: { spec: { containers: [{ image }] } } },
  replicaSets: expect.arrayContaining(sets.map((count) => ({ spec: { replicas: count } }))),
  pods: Array.from({ length: replicas }, () => pod(image)),
});

const namesOf = (line: string): string => line.replace(/^\S+ \d+ /, '').replaceAll(/web-\w{8,10}(-\w{5})?/g, 'web-*');

describe('history', () => {
  test('the last writes of an object, newest first: who, through what, and what changed', async () => {
    const { deployment } = await data(`{ deployment(name: "web", namespace: "past", at: ${marks[2]?.revision}) { history(last: 100) {
      revision type component user verb subresource requestId wokenBy at line changes { path from to } object { metadata { resourceVersion } } } } }`);
    const { history } = deployment;
    const revisions = history.map(({ revision }: { revision: number }) => revision);
    expect(revisions).toEqual([...revisions].sort((a, b) => b - a));
    expect(history.at(-1)).toMatchObject({
      type: 'CREATED',
      component: null,
      verb: 'create',
      subresource: null,
      wokenBy: null,
      changes: null,
    });
    expect(history.at(-1).line).toBe(`${history.at(-1).at} ${revisions.at(-1)} system:apiserver created Deployment web`);
    const patched = history.find(({ verb }: { verb: string }) => verb === 'patch');
    expect(patched).toMatchObject({ type: 'UPDATED', user: 'system:apiserver', requestId: expect.stringMatching(/./) });
    expect(patched.changes).toContainEqual({ path: '.spec.replicas', from: 1, to: 3 });
    expect(patched.line).toMatch(/ updated Deployment web \(.*\.spec\.replicas: 1 → 3.*\)$/);
    const counted = history.find(({ subresource }: { subresource: string }) => subresource === 'status');
    expect(counted).toMatchObject({ component: 'deployment-controller', verb: 'update', wokenBy: expect.any(Number) });
    for (const { revision, object } of history) expect(object.metadata.resourceVersion).toBe(String(revision));
  });

  test('only so many; of an object of the past, those before; each with what it followed from', async () => {
    const { deployment } = await data(`{ deployment(name: "web", namespace: "past", at: ${marks[1]?.revision}) {
      history(last: 1) { revision changes { path } causes { line } } } }`);
    const [{ revision, changes, causes }, ...others] = deployment.history;
    expect(others).toEqual([]);
    expect(revision).toBeLessThanOrEqual(marks[1]?.revision ?? 0);
    expect(changes.length).toBeGreaterThan(0);
    expect(namesOf(causes[0].line)).toBe('system:apiserver created Deployment web');
    for (const last of [0, 101])
      expect(await refusal(`{ node(name: "worker-1") { history(last: ${last}) { line } } }`)).toEqual([
        'BAD_USER_INPUT',
        'last must be between 1 and 100',
      ]);
  });

  test('the client’s request, from the audit log', async () => {
    const asked = `{ configMap(name: "noted", namespace: "past") { history(last: 1) { requestId request { userAgent sourceIPs code subresource } } } }`;
    await cluster.client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'noted', namespace: 'past' } });
    const [{ requestId, request }] = (await data(asked)).configMap.history;
    expect(request).toBeNull();
    audited(requestId);
    expect((await data(asked)).configMap.history[0].request).toEqual({
      userAgent: 'kubectl/v1.33',
      sourceIPs: ['10.0.0.9'],
      code: 201,
      subresource: null,
    });
  });

  test('the audit log, a page of it unless more is asked for', async () => {
    for (let at = 0; at < 101; at += 1) audited(`many-${at}`);
    const items = async (limit: string) => (await data(`{ audit(limit: ${limit}) { items { id } } }`)).audit.items.length;
    expect([await items('null'), await items('101')]).toEqual([100, 101]);
    expect(await refusal('{ audit(limit: 501) { continue } }')).toEqual(['BAD_USER_INPUT', 'limit must be between 1 and 500']);
  });
});

describe('at', () => {
  test('an object that is gone, with everything that it led to, at several revisions in one query', async () => {
    const [none, first, second, gone] = marks.map(({ revision }) => revision);
    const one = (name: string, at: number | undefined) => `${name}: deployment(name: "web", namespace: "past", at: ${at}) ${tree}`;
    expect(
      await data(`{ now: deployment(name: "web", namespace: "past") { kind } ${one('none', none)} ${one('first', first)}
        ${one('second', second)} ${one('gone', gone)} }`),
    ).toEqual({ now: null, none: null, first: of(1, 'nginx:1.26', [1]), second: of(3, 'nginx:1.27', [0, 3]), gone: null });
  });

  test('by revision, time and how long ago; as literals and as variables', async () => {
    const asked =
      'query ($at: At) { object(kind: "deploy", name: "web", namespace: "past", at: $at) { ... on Deployment { spec { replicas } } } }';
    const replicas = async (at: unknown) => (await data(asked, { at })).object?.spec.replicas;
    const [, first, second] = marks;
    expect([await replicas(first?.revision), await replicas(`${second?.revision}`)]).toEqual([1, 3]);
    expect([await replicas(first?.time), await replicas(second?.time), await replicas(null)]).toEqual([1, 3, undefined]);
    expect([await replicas('3m'), await replicas('2m'), await replicas('1s')]).toEqual([1, 3, undefined]);
  });

  test('a list, page by page; its relations are of the same revision', async () => {
    const { revision, time } = marks[2] as (typeof marks)[number];
    const page = `query ($next: String) { pods(namespace: "past", at: "${time}", limit: 2, continue: $next) { resourceVersion continue remainingItemCount
      items { metadata { labels(key: "app") } owner { kind } } } }`;
    const first = (await data(page)).pods;
    expect(first).toEqual({
      resourceVersion: String(revision),
      continue: expect.any(String),
      remainingItemCount: 1,
      items: Array(2).fill({ metadata: { labels: 'web' }, owner: { kind: 'ReplicaSet' } }),
    });
    const { pods } = await data(page, { next: first.continue });
    expect(pods).toMatchObject({ continue: null, items: [{ owner: { kind: 'ReplicaSet' } }] });
    expect(
      await refusal(`{ pods(namespace: "past", at: ${marks[1]?.revision}, continue: "${first.continue}") { items { kind } } }`),
    ).toEqual(['BAD_USER_INPUT', `continue: this page is of revision ${revision}, another one than \`at\``]);
  });

  test('a relation to more objects than a page has', async () => {
    for (let at = 0; at < 130; at += 1)
      await cluster.client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `many-${at}`, namespace: 'past' } });
    const { cluster: then } = await data('{ cluster { revision } }');
    await cluster.client.delete(ConfigMap, 'many-7', 'past');
    const many = 'configMaps { metadata { name } }';
    const found = await data(
      `{ now: namespace(name: "past") { ${many} } past: namespace(name: "past", at: ${then.revision}) { ${many} } }`,
    );
    const namesIn = ({ configMaps }: { configMaps: Array<{ metadata: { name: string } }> }) =>
      configMaps.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('many-'));
    expect([namesIn(found.now).length, new Set(namesIn(found.past)).size]).toEqual([129, 130]);
  });

  test('an ordered list of more objects than a page has is read page by page', async () => {
    const { revision } = (await data('{ cluster { revision } }')).cluster;
    const asked = `{ configMaps(namespace: "past", at: ${revision}, orderBy: [{ metadata: { name: DESC } }], limit: 2) {
      resourceVersion continue items { metadata { name } } } }`;
    const list = jest.spyOn(graph.session.client, 'list');
    const { configMaps } = await data(asked);
    const sizes = list.mock.calls.map(([, query]) => query?.limit);
    list.mockRestore();
    expect([sizes, configMaps]).toEqual([
      [100, 100],
      {
        resourceVersion: String(revision),
        continue: expect.any(String),
        items: ['noted', 'many-99'].map((name) => ({ metadata: { name } })),
      },
    ]);
  });

  test('what cannot be read says what can', async () => {
    const current = (await data('{ cluster { revision } }')).cluster.revision;
    const oldest = await graph.session.history.oldest();
    expect(oldest).toBeGreaterThan(1);
    const pods = (at: unknown) => refusal(`{ pods(at: ${JSON.stringify(at)}) { items { kind } } }`);
    expect(await pods(current + 9)).toEqual(['BAD_USER_INPUT', `Too large resource version: ${current + 9}, current: ${current}`]);
    expect(await pods(oldest - 1)).toEqual(['EXPIRED', `The log before revision ${oldest} has been compacted.`]);
    expect(await pods('2001-01-01T00:00:00Z')).toEqual([
      'EXPIRED',
      expect.stringMatching(new RegExp(`^the log goes back to revision ${oldest + 1}, of 20\\d\\d-.*Z: nothing is known of before\\.$`)),
    ]);
    expect(await refusal(`{ componentStatuses(at: ${current}) { items { kind } } }`)).toEqual([
      'BAD_USER_INPUT',
      'at: componentstatuses are computed when they are read: they have no past',
    ]);
    expect(await refusal(`{ pods(namespace: "past", at: ${marks[1]?.revision}, limit: 1) { items { decision { state } } } }`)).toEqual([
      'BAD_USER_INPUT',
      'decision: it is told of pods as they are now, not of those of the past',
    ]);
  });
});
