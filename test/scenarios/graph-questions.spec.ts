import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';
import { shop } from '../shop.js';

let cluster: LocalCluster;
let graph: LocalGraph;

const bare = (name: string, cpu: string, image: string) => `
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop, labels: {size: "${cpu}"}}
spec: {containers: [{name: c, image: ${image}, resources: {requests: {cpu: "${cpu}", memory: 64Mi}}}]}`;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
  const more = [
    bare('small', '100m', 'nginx'),
    bare('middle', '1', 'busybox'),
    bare('large', '1500m', 'nginx'),
    bare('huge', '500', 'nginx'),
  ];
  for (const manifest of [shop, more.join('')]) {
    const made = await graph.run('mutation ($m: String!) { create(manifest: $m, namespace: "shop") { object { kind } } }', { m: manifest });
    expect(made.errors).toBeUndefined();
    await cluster.settle();
  }
  await cluster.advance(3_600_000);
});

afterAll(() => cluster.close());

type Named = { metadata: { name: string } };
type Listed = { items: Named[]; continue: string | null; resourceVersion: string };

async function answer<T>(query: string, variables = {}): Promise<T> {
  const { data, errors } = await graph.run(query, variables);
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  return data as T;
}

/** The names in a list; generated parts are cut off. */
const names = ({ items }: { items: readonly Named[] }): string[] =>
  items.map(({ metadata }) => metadata.name.replace(/(?<=^(web|agent|old))-.*/, '-*'));

const listed = async (field: string): Promise<string[]> =>
  names((await answer<{ list: Listed }>(`{ list: ${field} { items { metadata { name } } } }`)).list);

describe('where', () => {
  test.each<[string, string[]]>([
    ['pods(where: { status: { phase: { eq: Pending } }, metadata: { namespace: { eq: "shop" } } })', ['db-0', 'huge']],
    ['pods(where: { requests: { cpu: { gte: "1" } } }, namespace: "shop")', ['huge', 'large', 'middle']],
    ['pods(where: { requests: { cpu: { gte: "1" } } }, namespace: "shop", limit: 2)', ['huge', 'large']],
    ['pods(where: { metadata: { labels: { key: "app", eq: "web" } } })', ['web-*', 'web-*']],
    ['pods(where: { metadata: { name: { eq: "small" } } })', ['small']],
    [
      'pods(where: { metadata: { name: { eq: "small" }, labels: { key: "size", eq: "9" } } }, fieldSelector: "metadata.namespace=shop")',
      [],
    ],
    [
      'pods(where: { spec: { containers: { some: { image: { eq: "nginx" } } } }, requests: { cpu: { isNull: false } } }, namespace: "shop")',
      ['huge', 'large', 'small'],
    ],
    ['deployments(where: { status: { readyReplicas: { lt: 2 } } }, namespace: "shop")', []],
    ['replicationControllers(where: { metadata: { creationTimestamp: { olderThan: "59m" } } })', ['old']],
    ['replicationControllers(where: { metadata: { creationTimestamp: { youngerThan: "59m" } } })', []],
    ['configMaps(where: { data: { key: "apple", eq: "1" } })', ['prices']],
    ['nodes(where: { not: { metadata: { name: { startsWith: "worker" } } } })', ['control-plane']],
  ])('%s', async (field, expected) => expect(await listed(field)).toEqual(expected));

  test('of a relation', async () => {
    const { nodes } = await answer<{ nodes: { items: Array<{ pods: Named[] }> } }>(
      '{ nodes { items { pods(where: { metadata: { name: { in: ["small", "middle", "large"] } } }, orderBy: { requests: { cpu: DESC } }, limit: 2) { metadata { name } } } } }',
    );
    expect(
      nodes.items
        .flatMap(({ pods }) => pods)
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['large', 'middle', 'small']);
  });

  test('of a relation to objects of any kind', async () => {
    const { deployment } = await answer<{ deployment: { owned: unknown[]; none: unknown[] } }>(
      '{ deployment(name: "web", namespace: "shop") { owned(where: { kind: { eq: "ReplicaSet" } }) { kind } none: owned(where: { kind: { eq: "Pod" } }) { kind } } }',
    );
    expect(deployment).toEqual({ owned: [{ kind: 'ReplicaSet' }], none: [] });
  });

  test('a value that is none', async () => {
    const { errors, data } = await graph.run('{ pods(where: { requests: { cpu: { gt: "much" } } }) { items { kind } } }');
    expect([data, errors?.map(({ message, extensions }) => [message, extensions?.code])]).toEqual([
      { pods: null },
      [['"much" is no amount: write 500m, 2Gi, 1.5', 'BAD_USER_INPUT']],
    ]);
  });
});

describe('orderBy', () => {
  test.each<[string, string[]]>([
    ['pods(orderBy: { requests: { cpu: DESC } }, namespace: "shop", limit: 4)', ['huge', 'large', 'middle', 'small']],
    [
      'pods(orderBy: [{ metadata: { labels: { key: "app" } } }, { metadata: { name: DESC } }], namespace: "shop", limit: 3)',
      ['agent-*', 'agent-*', 'db-0'],
    ],
    ['nodes(orderBy: [{ metadata: { name: DESC } }])', ['worker-2', 'worker-1', 'control-plane']],
  ])('%s', async (field, expected) => expect(await listed(field)).toEqual(expected));
});

describe('pages', () => {
  const pages = async (args: string): Promise<string[][]> => {
    const found: string[][] = [];
    let from: string | null = null;
    do {
      const { list }: { list: Listed } = await answer(
        `query ($from: String) { list: configMaps(${args}, continue: $from) { items { metadata { name } } continue } }`,
        { from },
      );
      found.push(list.items.map(({ metadata }) => metadata.name));
      from = list.continue;
      // What happens meanwhile is not seen by the pages that follow.
      await graph.run(
        `mutation { create(manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a${found.length}, labels: {page: x}}}") { operation } }`,
      );
    } while (from);
    return found;
  };

  beforeAll(async () => {
    const maps = Array.from(
      { length: 7 },
      (_, index) => `{apiVersion: v1, kind: ConfigMap, metadata: {name: m${index}, labels: {page: x, odd: "${index % 2}"}}}`,
    );
    const { errors } = await graph.run('mutation ($m: String!) { create(manifest: $m) { object { kind } } }', { m: maps.join('\n---\n') });
    expect(errors).toBeUndefined();
  });

  test('of a where', async () =>
    expect(await pages('namespace: "default", where: { metadata: { name: { startsWith: "m" } } }, limit: 3')).toEqual([
      ['m0', 'm1', 'm2'],
      ['m3', 'm4', 'm5'],
      ['m6'],
    ]));

  test('of an order', async () =>
    expect(
      await pages(
        'where: { metadata: { labels: { key: "odd", isNull: false } } }, orderBy: [{ metadata: { labels: { key: "odd", direction: DESC } } }], limit: 3',
      ),
    ).toEqual([['m1', 'm3', 'm5'], ['m0', 'm2', 'm4'], ['m6']]));

  test('in the past', async () => {
    const { pods } = await answer<{ pods: Listed }>(
      '{ pods(namespace: "shop", where: { metadata: { name: { eq: "small" } } }) { items { metadata { name } } resourceVersion } }',
    );
    const gone = await graph.run('mutation { delete(kind: "pod", name: "small", namespace: "shop", gracePeriodSeconds: 0) { operation } }');
    expect(gone.errors).toBeUndefined();
    const question = 'namespace: "shop", where: { requests: { cpu: { lt: "1" } } }, orderBy: { metadata: { name: ASC } }';
    const { now, then } = await answer<{ now: Listed; then: Listed }>(
      `query ($at: At) { now: pods(${question}) { items { metadata { name } } } then: pods(${question}, at: $at) { items { metadata { name } } } }`,
      { at: pods.resourceVersion },
    );
    expect([names(now), names(then)]).toEqual([[], ['small']]);
  });

  test('what no page of such a list had as its continue', async () => {
    const { configMaps } = await answer<{ configMaps: Listed }>(
      '{ configMaps(limit: 1) { items { metadata { name } } continue resourceVersion } }',
    );
    const cursor = (last: string) =>
      Buffer.from(JSON.stringify({ v: 'orrery/v1', revision: configMaps.resourceVersion, last })).toString('base64url');
    const errors = await Promise.all(
      [configMaps.continue, cursor('a/b')].map(async (from) => {
        const { errors } = await graph.run(
          'query ($from: String) { configMaps(orderBy: { metadata: { name: ASC } }, continue: $from) { items { kind } } }',
          { from },
        );
        return errors?.map(({ message }) => message);
      }),
    );
    expect(errors).toEqual([
      ['continue: it is not that of a page of this list with `where` or `orderBy`'],
      ['continue: this list does not have the object it continues behind'],
    ]);
  });
});

describe('aggregate', () => {
  test('of a list', async () => {
    const { pods } = await answer<Record<string, Record<string, unknown>>>(
      `{ pods(namespace: "shop", where: { metadata: { name: { in: ["large", "middle", "huge"] } } }, limit: 1) {
          items { metadata { name } }
          aggregate {
            count sum(field: "requests.cpu") milli: sum(field: "requests.cpu", unit: MILLI) avg(field: "requests.memory", unit: MEBI)
            min(field: "requests.cpu") max(field: "metadata.creationTimestamp", as: AGE) distinct(field: "spec.containers.image")
            groupBy(field: "spec.containers.image") { key count sum(field: "requests.cpu") groupBy(field: "status.phase", orderBy: KEY) { key count } }
          } } }`,
    );
    expect(pods).toEqual({
      items: [{ metadata: { name: 'huge' } }],
      aggregate: {
        count: 3,
        sum: '502500m',
        milli: 502_500,
        avg: 64,
        min: '1',
        max: '60m',
        distinct: 2,
        groupBy: [
          {
            key: 'nginx',
            count: 2,
            sum: '501500m',
            groupBy: [
              { key: 'Pending', count: 1 },
              { key: 'Running', count: 1 },
            ],
          },
          { key: 'busybox', count: 1, sum: '1', groupBy: [{ key: 'Running', count: 1 }] },
        ],
      },
    });
  });

  test('is read once, without a page', async () => {
    const { data, errors, extensions } = await graph.run('{ nodes { aggregate { count sum(field: "status.allocatable.pods") } } }');
    expect(errors).toBeUndefined();
    expect([data, extensions?.cost.used.scanned]).toEqual([{ nodes: { aggregate: { count: 3, sum: '330' } } }, 3]);
  });

  test('by a relation', async () => {
    const { pods } = await answer<{ pods: { aggregate: { groupBy: unknown[] } } }>(
      '{ pods(namespace: "shop", where: { metadata: { name: { in: ["middle", "huge"] } } }) { aggregate { groupBy(field: "node.metadata.labels[kubernetes.io/os]", orderBy: KEY) { key count } } } }',
    );
    expect(pods.aggregate.groupBy).toEqual([
      { key: 'linux', count: 1 },
      { key: null, count: 1 },
    ]);
  });

  test('of a relation', async () => {
    const { nodes } = await answer<{ nodes: { items: Array<{ podsAggregate: unknown }> } }>(
      '{ nodes(where: { metadata: { name: { startsWith: "worker" } } }) { items { podsAggregate(where: { metadata: { name: { eq: "large" } } }) { count sum(field: "requests.cpu") } } } }',
    );
    expect(nodes.items.map(({ podsAggregate }) => JSON.stringify(podsAggregate)).sort()).toEqual([
      '{"count":0,"sum":"0"}',
      '{"count":1,"sum":"1500m"}',
    ]);
  });

  test.each([
    ['sum(field: "metadata.name")', 'sum: metadata.name is neither a number nor an amount'],
    ['min(field: "spec.nodeNam")', 'spec.nodeNam: PodSpec has no field "nodeNam". Did you mean "nodeName"?'],
    ['groupBy(field: "spec.nodeName", limit: 0) { key }', 'limit must be between 1 and 1000'],
  ])('%s', async (field, message) => {
    const { errors } = await graph.run(`{ pods { aggregate { ${field} } } }`);
    expect(errors?.map((error) => error.message)).toEqual([message]);
  });
});

const gadgetDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  {group: example.com, scope: Namespaced, names: {plural: gadgets, kind: Gadget}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema:
    {type: object, properties: {spec: {type: object, properties: {size: {type: integer}, not: {type: string}, parts:
      {type: object, additionalProperties: {type: object, properties: {cpu: {type: string}}}}}}}}}}]}`;

test('of a kind of the cluster’s own', async () => {
  const defined = await graph.run('mutation ($m: String!) { create(manifest: $m) { operation } }', { m: gadgetDefinition });
  expect(defined.errors).toBeUndefined();
  await cluster.settle();
  const gadgets = ['{size: 1, not: a, parts: {one: {cpu: x}}}', '{size: 5, not: b}', '{size: 3}'].map(
    (content, index) => `{apiVersion: example.com/v1, kind: Gadget, metadata: {name: g${index}}, spec: ${content}}`,
  );
  const { errors } = await graph.run('mutation ($m: String!) { create(manifest: $m) { object { kind } } }', { m: gadgets.join('\n---\n') });
  expect(errors).toBeUndefined();
  expect(await listed('gadgets(where: { spec: { size: { gt: 1 } } }, orderBy: { spec: { size: DESC } })')).toEqual(['g1', 'g2']);
  expect(
    await listed('gadgets(where: { spec: { not_: { eq: "a" }, parts: { some: { key: { eq: "one" }, value: { cpu: { eq: "x" } } } } } })'),
  ).toEqual(['g0']);
  expect(await answer('{ gadgets { aggregate { sum(field: "spec.size") } } }')).toEqual({ gadgets: { aggregate: { sum: 9 } } });
});

test('many conditions on many objects give way and end', async () => {
  const bound = await graph.run(`query ($w: ClusterRoleWhere) { clusterRoles(where: $w, limit: 500) { items { kind } } }`, {
    w: { metadata: { name: { notIn: Array.from({ length: 1_900 }, (_, index) => `n${index}`) } } },
  });
  expect(bound.errors).toBeUndefined();
  const many = await graph.run('query ($w: ClusterRoleWhere) { clusterRoles(where: $w) { items { kind } } }', {
    w: { and: Array.from({ length: 2_001 }, () => ({})) },
  });
  expect(many.errors?.map(({ message }) => message)).toEqual(['a filter has at most 2000 conditions and values']);
});
