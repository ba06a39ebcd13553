import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ClusterRole, ClusterRoleBinding, ConfigMap, Deployment, Namespace, RoleBinding, Secret } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { deploymentOf } from '../cluster-api.js';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;

const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', apiGroup: 'rbac.authorization.k8s.io' };
const boundTo = (user: string, role: string) => ({
  roleRef: { apiGroup: rbac.apiGroup, kind: 'ClusterRole', name: role },
  subjects: [{ apiGroup: rbac.apiGroup, kind: 'User', name: user }],
});

/** Users, and what each is bound to: `view` shows no secrets. */
const users: Record<string, { role?: string; namespace?: string }> = {
  everything: { role: 'cluster-admin' },
  'in-shop': { role: 'view', namespace: 'shop' },
  'in-shop-editor': { role: 'admin', namespace: 'shop' },
  reader: { role: 'view' },
  'pods-only': { role: 'pods', namespace: 'shop' },
  lister: { role: 'lists', namespace: 'shop' },
  nobody: {},
};

const role = (name: string, apiGroups: string[], resources: string[], verbs: string[]) =>
  cluster.client.create(ClusterRole, {
    ...{ apiVersion: rbac.apiVersion, kind: 'ClusterRole', metadata: { name } },
    rules: [{ apiGroups, resources, verbs }],
  });

beforeAll(async () => {
  cluster = await createLocalCluster();
  const { client } = cluster;
  for (const name of ['shop', 'other'])
    await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } as never);
  await role('pods', [''], ['pods'], ['get', 'list']);
  await role('lists', ['', 'apps'], ['pods', 'deployments', 'configmaps'], ['list']);
  for (const [name, { role: named, namespace }] of Object.entries(users)) {
    if (named === undefined) continue;
    const binding = { apiVersion: rbac.apiVersion, ...boundTo(name, named) };
    if (namespace === undefined) await client.create(ClusterRoleBinding, { ...binding, kind: 'ClusterRoleBinding', metadata: { name } });
    else await client.create(RoleBinding, { ...binding, kind: 'RoleBinding', metadata: { name, namespace } });
  }
  const { spec } = deploymentOf('web', 1) as never;
  await client.create(Deployment, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec });
  const plain = { apiVersion: 'v1', metadata: { name: 'kept', namespace: 'shop' } };
  await client.create(ConfigMap, { ...plain, kind: 'ConfigMap', data: { a: 'first' } });
  await client.patch(ConfigMap, 'kept', 'shop', 'merge', { data: { a: 'second' } });
  await client.create(Secret, { ...plain, kind: 'Secret', stringData: { a: 'hush-first' } } as never);
  await client.patch(Secret, 'kept', 'shop', 'merge', { stringData: { a: 'hush-second' } });
  await cluster.settle();
});

afterAll(() => cluster.close());

const graphs = new Map<string, LocalGraph>();

function graphOf(name: string): LocalGraph {
  const graph = graphs.get(name) ?? new LocalGraph(cluster, undefined, { name, groups: ['system:authenticated'] });
  graphs.set(name, graph);
  return graph;
}

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole
  data: any;
  codes: unknown[];
  messages: string[];
}

async function ask(user: string, query: string, variables?: Record<string, unknown>): Promise<Answer> {
  const graph = graphOf(user);
  const { data, errors = [] } = await graph.run(query, variables);
  expect(graph.unexpected).toEqual([]);
  return {
    data: JSON.parse(JSON.stringify(data)),
    codes: errors.map(({ extensions }) => extensions?.code),
    messages: errors.map(({ message }) => message),
  };
}

const shown = ['everything', 'in-shop', 'in-shop-editor', 'reader'];
const history = '{ history { user object { kind } changes { path from to } } }';

describe.each(Object.keys(users))('for %s', (user) => {
  test('history is of the objects that may be got', async () => {
    const { data, codes } = await ask(user, `{ configMap(name: "kept", namespace: "shop") ${history} }`);
    if (!shown.includes(user)) return expect([data.configMap, codes]).toEqual([null, ['FORBIDDEN']]);
    expect(codes).toEqual([]);
    expect(data.configMap.history).toEqual([
      { user: 'system:apiserver', object: { kind: 'ConfigMap' }, changes: [{ path: '.data.a', from: 'first', to: 'second' }] },
      { user: 'system:apiserver', object: { kind: 'ConfigMap' }, changes: null },
    ]);
  });

  test('the past of a secret is of those who may get the secret', async () => {
    const { data, codes } = await ask(user, `{ secret(name: "kept", namespace: "shop") ${history} }`);
    const isShown = ['everything', 'in-shop-editor'].includes(user);
    expect([data.secret?.history.length ?? null, codes]).toEqual(isShown ? [2, []] : [null, ['FORBIDDEN']]);
  });

  test('why hides the writes of objects that may not be got, with their times', async () => {
    const { data, codes } = await ask(
      user,
      '{ pods(namespace: "shop") { items { why { type line object { kind } user at sinceStartMs } } } }',
    );
    if (user === 'nobody') return expect(codes).toEqual(['FORBIDDEN']);
    const [{ why }] = data.pods.items;
    if (user === 'lister') return expect([why, codes]).toEqual([null, ['FORBIDDEN']]);
    expect(codes).toEqual([]);
    const kinds = why.map(({ object }: { object: { kind: string } | null }) => object?.kind ?? null);
    expect([kinds[0], kinds[1], kinds.at(-1)]).toEqual(user === 'pods-only' ? [null, null, 'Pod'] : ['Deployment', 'ReplicaSet', 'Pod']);
    if (user !== 'pods-only') return;
    const nothing = { type: 'HIDDEN', object: null, user: null, at: null, sinceStartMs: null };
    expect(why[0]).toEqual({ ...nothing, line: expect.stringMatching(/^\d+ a write that you may not read$/) });
    expect(why[1]).toEqual({ ...nothing, line: expect.stringMatching(/^\d+ a write that you may not read ← \d+$/) });
    const first = why.find(({ type }: { type: string }) => type !== 'HIDDEN');
    expect(first).toMatchObject({
      type: 'CREATED',
      sinceStartMs: 0,
      line: expect.stringMatching(/^\+0\.000s \d+ .* created Pod .* ← \d+$/),
    });
  });

  test('a revision of one’s choice shows nothing that may not be got, not even its name', async () => {
    const secret = await cluster.client.get(Secret, 'kept', 'shop');
    const revision = secret.metadata.resourceVersion;
    const { data, messages } = await ask(
      user,
      `{ causes(resourceVersion: "${revision}") { type summary object { metadata { name } } changes { from to } } }`,
    );
    const isShown = ['everything', 'in-shop-editor'].includes(user);
    expect([data.causes[0].type, messages]).toEqual([isShown ? 'UPDATED' : 'HIDDEN', []]);
    expect(JSON.stringify(data).includes('kept')).toBe(isShown);
    const all = user === 'everything';
    for (const field of [`eventChain(resourceVersion: "${revision}")`, 'traceOf(kind: "secret", name: "kept", namespace: "shop")']) {
      const { codes } = await ask(user, `{ chain: ${field} { line } }`);
      expect(codes).toEqual(all ? [] : ['FORBIDDEN']);
    }
  });

  test('an answer that claims to be another version shows no other object’s past', async () => {
    if (user !== 'in-shop-editor') return;
    const other = { apiVersion: 'v1', kind: 'Secret', metadata: { name: `far-${user}`, namespace: 'other' }, stringData: { a: 'hush' } };
    const { metadata } = await cluster.client.create(Secret, other as never);
    const { data, messages } = await ask(
      user,
      `mutation ($m: String!) { create(manifest: $m, dryRun: true) { object { metadata { resourceVersion } history { line } why { line } } } }`,
      { m: `{apiVersion: v1, kind: ConfigMap, metadata: {name: forged, namespace: shop, resourceVersion: "${metadata.resourceVersion}"}}` },
    );
    expect(JSON.stringify([data, messages])).not.toMatch(/far-/);
  });

  test('the client’s request is told to those who may do everything', async () => {
    const { data, codes } = await ask(
      user,
      '{ configMap(name: "kept", namespace: "shop") { history(last: 1) { line request { userAgent } } } }',
    );
    if (!shown.includes(user)) return;
    expect([data.configMap.history[0].request, codes]).toEqual([null, user === 'everything' ? [] : ['FORBIDDEN']]);
    expect(data.configMap.history[0].line).toMatch(/updated ConfigMap kept \(\.data\.a: "first" → "second"\)$/);
  });

  test('lists of the past are those of the rights of now', async () => {
    const { data, codes } = await ask(
      user,
      '{ secrets(namespace: "shop", at: "0s") { items { metadata { name } } } namespaces(at: "0s", limit: 1) { items { kind } } }',
    );
    const secrets = ['everything', 'in-shop-editor'].includes(user);
    const namespaces = ['everything', 'reader'].includes(user);
    expect([data.secrets !== null, data.namespaces !== null]).toEqual([secrets, namespaces]);
    expect(codes).toEqual([secrets, namespaces].flatMap((one) => (one ? [] : ['FORBIDDEN'])));
  });

  test('a Namespace is got by those who have a role in it', async () => {
    const { data } = await ask(user, '{ namespace(name: "shop") { history { line } } }');
    expect((data.namespace?.history.length ?? 0) > 0).toBe(shown.includes(user));
  });
});
