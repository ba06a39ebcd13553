import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { ClusterRole, ClusterRoleBinding, ConfigMap } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { type GraphSession, Operations } from '#graphql';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
});

afterAll(() => cluster.close());

interface Told {
  type: string;
  object: { metadata: { name: string }; data?: unknown };
  resourceVersion: string;
  changes: Array<{ path: string; from?: unknown; to?: unknown }> | null;
}

const fields = '{ type resourceVersion object { metadata { name } data } changes { path from to } }';

/** A subscription to the ConfigMaps of a namespace of its own. */
async function follow(namespace: string, args = '') {
  await cluster.client.create(
    { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false },
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    },
  );
  const source = () => graph.subscribe(`subscription { configMaps(namespace: "${namespace}", labelSelector: "mine" ${args}) ${fields} }`);
  const next = async (stream: Awaited<ReturnType<typeof source>>): Promise<Told[]> => {
    const { value } = await stream.next();
    const { data, errors } = value ?? {};
    expect(errors).toBeUndefined();
    return (data as unknown as { configMaps: Told[] }).configMaps;
  };
  const write = (name: string, data: Record<string, string>, labels = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: { mine: '', ...labels } },
    data,
  });
  const create = (name: string, data: Record<string, string>) => cluster.client.create(ConfigMap, write(name, data));
  const update = (name: string, data: Record<string, string>, labels = {}) => cluster.client.update(ConfigMap, write(name, data, labels));
  const remove = (name: string) => cluster.client.delete(ConfigMap, name, namespace);
  return { source, next, create, update, remove };
}

const told = (events: Told[]) => events.map(({ type, object }) => `${type} ${object.metadata.name}`);

describe('a subscription to a kind', () => {
  test('begins with the existing objects, then tells each change, with the fields that changed', async () => {
    const { source, next, create, update, remove } = await follow('all');
    await create('a', { x: '1' });
    await create('b', { x: '1' });
    const stream = await source();
    expect(told(await next(stream))).toEqual(['ADDED a', 'ADDED b']);
    await update('a', { x: '2' });
    await remove('b');
    const [modified] = await next(stream);
    expect([modified?.type, modified?.changes]).toEqual(['MODIFIED', [{ path: '.data.x', from: '1', to: '2' }]]);
    expect(told(await next(stream))).toEqual(['DELETED b']);
    await stream.return();
  });

  test('tells only changes of the fields that it is asked for', async () => {
    const { source, next, create, update } = await follow('some', ', initial: false, changed: ["data[x]", ".metadata.labels"]');
    await create('a', { x: '1' });
    const stream = await source();
    await update('a', { x: '1', y: '1' });
    await update('a', { x: '2', y: '1' });
    await update('a', { x: '2', y: '2' });
    await update('a', { x: '2', y: '2' }, { new: 'yes' });
    expect((await next(stream))[0]?.changes).toEqual([{ path: '.data.x', from: '1', to: '2' }]);
    expect((await next(stream))[0]?.changes).toEqual([{ path: '.metadata.labels.new', from: null, to: 'yes' }]);
    await stream.return();
  });

  test('gathers events for a while', async () => {
    const { source, next, create } = await follow('gathered', ', batch: 50');
    const stream = await source();
    const first = next(stream);
    for (const name of ['a', 'b', 'c']) await create(name, {});
    expect(told(await first)).toEqual(['ADDED a', 'ADDED b', 'ADDED c']);
    await stream.return();
  });

  test('goes on after a revision without a gap', async () => {
    const { source, next, create, update } = await follow('resumed');
    const stream = await source();
    await create('a', { x: '1' });
    const [event] = await next(stream);
    await stream.return();
    await update('a', { x: '2' });
    const again = await graph.subscribe(
      `subscription { configMaps(namespace: "resumed", labelSelector: "mine", resourceVersion: "${event?.resourceVersion}") ${fields} }`,
    );
    const [later] = await next(again);
    expect([later?.type, later?.changes]).toEqual(['MODIFIED', null]);
    await again.return();
  });

  test.each([
    ['batch: -1', /"batch must be between 0 and 60000"/],
    [`changed: [${'"a",'.repeat(21)}]`, /"changed: at most 20 paths"/],
    ['changed: ["metadata.label"]', /metadata.label: ObjectMeta has no field \\"label\\". Did you mean \\"labels\\"/],
    ['resourceVersion: "x"', /resourceVersion: invalid value/],
    ['resourceVersion: "999999"', /Too large resource version: 999999, current: \d+/],
    ['namespace: "a\\u0000"', /must not contain NUL/],
  ])('refuses %s', async (args, message) => {
    await expect(graph.subscribe(`subscription { configMaps(${args}) { type } }`)).rejects.toThrow(message);
  });
});

test('a cluster has a bounded number of open subscriptions, and those that have ended are not counted', async () => {
  const query = 'subscription { configMaps(initial: false) { type } }';
  const open = Array.from({ length: 1_000 }, () => graph.subscribe(query));
  const streams = await Promise.all(open);
  await expect(graph.subscribe(query)).rejects.toThrow(
    '1000 subscriptions of this cluster are open, and 1000 is the limit: end some, or follow several kinds with one.',
  );
  await streams[0]?.return();
  await streams[0]?.return();
  const another = await graph.subscribe(query);
  await expect(graph.subscribe(query)).rejects.toThrow('is the limit');
  await Promise.all([...streams, another].map((stream) => stream.return()));
  await (await graph.subscribe(query)).return();
}, 60_000);

describe('equal subscriptions', () => {
  const query = `subscription { configMaps(namespace: "equal", initial: false) { type object { metadata { name } events { reason } } } }`;
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', apiGroup: 'rbac.authorization.k8s.io' };
  const subscribe = async (session: GraphSession) => {
    const source = await new Operations(await graph.runtime, session).subscribe({ document: parse(query) });
    if (!(Symbol.asyncIterator in source)) throw new Error(JSON.stringify(source.errors));
    return source;
  };

  test('of one user share what becomes of an event; another user gets what that one may read', async () => {
    const { create, update } = await follow('equal');
    await create('a', { x: '1' });
    await cluster.client.create(ClusterRole, {
      ...{ apiVersion: rbac.apiVersion, kind: 'ClusterRole', metadata: { name: 'maps-only' } },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
    });
    await cluster.client.create(ClusterRoleBinding, {
      ...{ apiVersion: rbac.apiVersion, kind: 'ClusterRoleBinding', metadata: { name: 'maps-only' } },
      roleRef: { apiGroup: rbac.apiGroup, kind: 'ClusterRole', name: 'maps-only' },
      subjects: [{ apiGroup: rbac.apiGroup, kind: 'User', name: 'jane' }],
    });
    const jane = new LocalGraph(cluster, undefined, { name: 'jane', groups: ['system:authenticated'] });
    const streams = await Promise.all([graph.session, graph.session, jane.session, jane.session].map(subscribe));
    const told = streams.map((stream) => stream.next());
    await update('a', { x: '2' });
    const [mine, again, hers] = (await Promise.all(told)).map(({ value }) => value);
    expect(again).toBe(mine);
    const object = { metadata: { name: 'a' }, events: [] };
    expect(JSON.parse(JSON.stringify(mine?.data))).toEqual({ configMaps: [{ type: 'MODIFIED', object }] });
    expect(JSON.parse(JSON.stringify(hers?.data))).toEqual({ configMaps: [{ type: 'MODIFIED', object: { ...object, events: null } }] });
    expect(hers?.errors?.map(({ message }) => message)).toEqual([expect.stringContaining('User "jane" cannot list resource "events"')]);
    await Promise.all(streams.map((stream) => stream.return()));
  });
});
