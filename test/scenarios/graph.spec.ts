import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execute, getIntrospectionQuery, parse } from 'graphql';
import { ConfigMap, Pod, Service } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;

const labels = (index: number) => ({ app: 'web', odd: String(index % 2 === 1), n: String(index) });
const pod = (index: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `pod-${String(index).padStart(3, '0')}`, namespace: 'many', labels: labels(index) },
  spec: {
    nodeName: index % 2 ? 'worker-1' : 'worker-2',
    containers: [{ name: 'c', image: 'nginx', resources: {}, envFrom: [{ configMapRef: { name: 'b' } }, { configMapRef: { name: 'a' } }] }],
  },
});

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
  const { client } = cluster;
  const made = await graph.run('mutation ($m: String!) { create(manifest: $m) { operation } }', {
    m: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: many}\n',
  });
  expect(made.errors).toBeUndefined();
  await cluster.settle();
  for (const name of ['a', 'b']) {
    await client.create(ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'many', labels: { name } },
      data: { text: `line\n${name}` },
    });
  }
  await client.create(Service, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'many' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  } as never);
  for (let index = 0; index < 200; index += 1) await client.create(Pod, pod(index) as never);
  await cluster.settle();
});

afterAll(() => cluster.close());

const many = 'pods(namespace: "many", limit: 500)';

describe('the executor', () => {
  test.each<[string, string, Record<string, unknown>?]>([
    [
      'fields, aliases and lists',
      `{ ${many} { items { a: metadata { name labels } b: metadata { uid } spec { containers { name image } } } resourceVersion } }`,
    ],
    ['one that is not there', '{ pod(name: "nobody") { kind } x: node(name: "worker-1") { kind status { capacity { cpu json } } } }'],
    [
      'fragments',
      `{ ...q } fragment q on Query { ${many} { items { ...p ...p metadata { namespace } } } } fragment p on Pod { metadata { name } status { phase } }`,
    ],
    [
      'the interface',
      '{ object(kind: "deploy", name: "coredns", namespace: "kube-system") { __typename kind metadata { name } ... on Deployment { spec { replicas } } ... on Pod { spec { nodeName } } } }',
    ],
    [
      'skip and include',
      'query ($yes: Boolean!) { cluster { id @include(if: $yes) gitVersion @skip(if: $yes) ... @include(if: $yes) { revision } } }',
      { yes: true },
    ],
    [
      'relations',
      '{ nodes { items { metadata { name } pods(limit: 3) { metadata { name } node { metadata { name } } configMaps { metadata { name } data } } } } }',
    ],
    ['introspection', getIntrospectionQuery()],
    [
      'introspection of a type',
      '{ __type(name: "Pod") { name fields { name args { name defaultValue } type { name ofType { name } } } interfaces { name } } }',
    ],
    ['JSON', '{ configMaps(namespace: "many") { items { json } } }'],
    ['errors in lists', '{ a: object(kind: "nothing", name: "x") { kind } pods(labelSelector: "a=b=c") { items { kind } } }'],
    ['an error of a field that may be null', '{ a: object(kind: "nothing", name: "x") { kind } cluster { id } }'],
  ])('answers as graphql-js does: %s', async (_name, query, variables = {}) => {
    const { schema } = await graph.runtime;
    const ours = await graph.run(query, variables);
    const theirs = await execute({ schema, document: parse(query), variableValues: variables, contextValue: await graph.context() });
    expect(JSON.parse(JSON.stringify(ours.data))).toEqual(JSON.parse(JSON.stringify(theirs.data)));
    const places = (errors: ReadonlyArray<{ message: string; path?: unknown; locations?: unknown }> = []) =>
      errors.map(({ message, path, locations }) => ({ message, path, locations }));
    expect(places(ours.errors)).toEqual(places(theirs.errors?.map((error) => error.toJSON())));
  });

  test('executes mutations one after the other', async () => {
    const create = (name: string) =>
      `create(manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}") { operation object { metadata { name } } }`;
    const { data } = await graph.run(
      `mutation { a: ${create('first')} b: ${create('second')} c: delete(kind: "cm", name: "first") { operation object { kind } before { metadata { name } } } }`,
    );
    const created = (name: string) => [{ operation: 'CREATED', object: { metadata: { name } } }];
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      a: created('first'),
      b: created('second'),
      c: { operation: 'DELETED', object: null, before: { metadata: { name: 'first' } } },
    });
  });
});

describe('relations', () => {
  const names = (objects: unknown) => (objects as Array<{ metadata: { name: string } }>).map(({ metadata }) => metadata.name);

  test('accept a limit and selectors, and are sorted by name', async () => {
    const { data, errors } = await graph.run(`{
      service(name: "web", namespace: "many") {
        pods(limit: 3) { metadata { name } }
        odd: pods(labelSelector: "odd=true,n in (1, 2, 3)") { metadata { name } }
        one: pods(fieldSelector: "metadata.name=pod-007") { metadata { name } services { metadata { name } } configMaps { metadata { name } } b: configMaps(labelSelector: "name=b") { metadata { name } } }
      }
      node(name: "worker-1") { pods(labelSelector: "app=web", limit: 2) { metadata { name } } }
    }`);
    expect(errors).toBeUndefined();
    const { service = {}, node = {} } = data as Record<string, Record<string, unknown>>;
    expect([names(service.pods), names(service.odd), names(service.one), names(node.pods)]).toEqual([
      ['pod-000', 'pod-001', 'pod-002'],
      ['pod-001', 'pod-003'],
      ['pod-007'],
      ['pod-001', 'pod-003'],
    ]);
    expect((service.one as unknown[])[0]).toMatchObject({
      services: [{ metadata: { name: 'web' } }],
      configMaps: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }, { metadata: { name: 'kube-root-ca.crt' } }],
      b: [{ metadata: { name: 'b' } }],
    });
  });

  test.each([
    ['labelSelector: "a=b=c"', 'BAD_REQUEST', /^found '=', expected: ',' or 'end of string'$/],
    ['fieldSelector: "spec.nothing=1"', 'BAD_REQUEST', /field label not supported: spec.nothing/],
    ['limit: 0', 'BAD_USER_INPUT', /limit must be at least 1/],
  ])('%s is an error with its location', async (args, code, message) => {
    const { errors } = await graph.run(`{ service(name: "web", namespace: "many") { pods(${args}) { kind } } }`);
    expect(errors).toEqual([
      {
        message: expect.stringMatching(message),
        path: ['service', 'pods'],
        locations: [{ line: 1, column: 45 }],
        extensions: expect.objectContaining({ code }),
      },
    ]);
    expect(graph.unexpected).toEqual([]);
  });

  test('read each list once', async () => {
    const { extensions } = await graph.run(
      `{ ${many} { items { services { pods(limit: 1) { kind } } node { pods(limit: 1) { kind } } } } }`,
    );
    const { scanned } = extensions?.cost.used ?? { scanned: 0 };
    // The page and its pods' own list of the namespace, all pods for the nodes, Services and nodes: not that 200 times.
    expect(scanned).toBeLessThan(2_000);
  });
});

describe('the cost of an operation', () => {
  test('is shown with its usage and its limits', async () => {
    const { extensions } = await graph.run('{ node(name: "worker-1") { kind pods(limit: 2) { metadata { name } } } }');
    expect(extensions?.cost).toEqual({
      estimated: 4,
      used: {
        objects: 5,
        scanned: expect.any(Number),
        bytes: expect.any(Number),
        logEntries: 0,
        logBytes: 0,
        milliseconds: expect.any(Number),
      },
      limits: expect.objectContaining({ estimated: 20_000, objects: 100_000, milliseconds: 3_000 }),
    });
  });

  test.each<[string, string, Record<string, number>]>([
    ['objects', `{ ${many} { items { spec { containers { env { name } } } } } }`, { objects: 300 }],
    ['scanned', `{ ${many} { items { services { kind } } } }`, { scanned: 250 }],
    ['bytes', `{ ${many} { items { json } } }`, { bytes: 20_000 }],
    ['bytes', `{ ${many} { items { yaml } } }`, { bytes: 20_000 }],
    ['objects', getIntrospectionQuery(), { objects: 1_000 }],
    ['milliseconds', `{ ${many} { items { yaml } } }`, { milliseconds: 0 }],
    ['logEntries', '{ eventChain(resourceVersion: "RV") { summary } }', { logEntries: 50 }],
    ['logBytes', '{ eventChain(resourceVersion: "RV") { summary } }', { logBytes: 50_000 }],
  ])('stops it if it uses too much: %s, %s', async (limit, query, bounds) => {
    const { metadata } = await cluster.client.get(ConfigMap, 'a', 'many');
    const { data, errors, extensions } = await graph.run(query.replace('RV', metadata.resourceVersion ?? ''), {}, bounds);
    expect([data, errors]).toEqual([
      null,
      [
        {
          message: expect.stringMatching(/^The operation was stopped: \d+ [a-z ]+, and \d+ is the limit\. Ask for smaller pages/),
          locations: [expect.anything()],
          extensions: { code: 'LIMIT_EXCEEDED', limit },
        },
      ],
    ]);
    expect(extensions?.cost.limits).toMatchObject(bounds);
    expect(graph.unexpected).toEqual([]);
  });

  test('the log is read only as far as necessary', async () => {
    const { metadata } = await cluster.client.get(ConfigMap, 'a', 'many');
    const { data, extensions } = await graph.run(`{ eventChain(resourceVersion: "${metadata.resourceVersion}", entries: 30) { summary } }`);
    expect([data, extensions?.cost.used.logEntries]).toEqual([
      { eventChain: [{ summary: expect.stringMatching(/created ConfigMap a$/) }] },
      30,
    ]);
  });
});

describe('turns', () => {
  test('others work between the slices of a large operation', async () => {
    let rounds = 0;
    let over = false;
    const round = () => {
      rounds += 1;
      if (!over) setImmediate(round);
    };
    round();
    const { errors } = await graph.run(
      `{ ${many} { items { yaml json metadata { name labels managedFields { manager } } node { yaml } } } }`,
    );
    over = true;
    expect(errors).toBeUndefined();
    // Not without yielding: the event loop iterated several times, however fast the machine is.
    expect(rounds).toBeGreaterThan(3);
  });
});

test('the number of concurrent operations of a cluster is limited, with the advice to retry', async () => {
  const all = await Promise.all(Array.from({ length: 40 }, () => graph.run('{ pods { items { kind } } }')));
  const codes = all.map(({ errors }) => errors?.[0]?.extensions?.code ?? 'OK');
  expect([codes.filter((code) => code === 'OK').length, codes.filter((code) => code === 'TOO_MANY_REQUESTS').length]).toEqual([32, 8]);
  expect((await graph.run('{ pods { items { kind } } }')).errors).toBeUndefined();
});

test('server-side apply: fields have owners', async () => {
  const manifest = (mode: string) => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned' }, data: { mode } });
  const applied = (mode: string, fieldManager: string, more = '') =>
    graph.run(
      `mutation ($m: String!, $f: String) { apply(manifest: $m, serverSide: true, fieldManager: $f${more}) { object { ... on ConfigMap { data } } } }`,
      { m: manifest(mode), f: fieldManager },
    );
  expect((await applied('one', 'first')).data?.apply).toEqual([{ object: { data: { mode: 'one' } } }]);
  const { errors = [] } = await applied('two', 'second');
  expect(errors.map(({ message }) => message)).toEqual([
    'document 1, line 1: Apply failed with 1 conflict: conflict with "first": .data.mode',
  ]);
  expect((await applied('two', 'second', ', force: true')).data?.apply).toEqual([{ object: { data: { mode: 'two' } } }]);
});

describe('bad input', () => {
  test.each<[string, string, string, RegExp]>([
    [
      'a future revision',
      '{ eventChain(resourceVersion: "999999999") { summary } }',
      'BAD_USER_INPUT',
      /^Too large resource version: 999999999, current: \d+$/,
    ],
    ['no revision', '{ eventChain(resourceVersion: "x") { summary } }', 'BAD_USER_INPUT', /^resourceVersion: invalid value "x"$/],
    ['an unsafe revision', '{ eventChain(resourceVersion: "99999999999999999999") { summary } }', 'BAD_USER_INPUT', /invalid value/],
    [
      'too many entries',
      '{ eventChain(resourceVersion: "1", entries: 0) { summary } }',
      'BAD_USER_INPUT',
      /^entries must be between 1 and 50000$/,
    ],
    [
      'a future list',
      '{ pods(at: 999999999) { items { kind } } }',
      'BAD_USER_INPUT',
      /^Too large resource version: 999999999, current: \d+$/,
    ],
    [
      'a list of before the log',
      '{ pods(at: "2001-01-01T00:00:00Z") { items { kind } } }',
      'EXPIRED',
      /^the log goes back to revision \d+, of 2/,
    ],
    ['a bad continue token', '{ pods(continue: "x") { items { kind } } }', 'BAD_REQUEST', /continue/],
    ['a name with a NUL', '{ pod(name: "a\\u0000b") { kind } }', 'BAD_USER_INPUT', /^name: Invalid value: /],
    ['a page too large', '{ pods(limit: 501) { items { kind } } }', 'BAD_USER_INPUT', /^limit must be between 1 and 500$/],
    ['no manifest', 'mutation { apply(manifest: "") { operation } }', 'BAD_USER_INPUT', /^no objects in the manifest$/],
    ['a broken manifest', 'mutation { apply(manifest: "a: [") { operation } }', 'BAD_USER_INPUT', /^document 1, line 1, column 5: yaml: /],
    [
      'a merge of scalars',
      'mutation { apply(manifest: "<<: 1\\nkind: Pod\\napiVersion: v1\\nmetadata: {name: x}") { operation } }',
      'BAD_USER_INPUT',
      /^document 1: yaml: map merge requires map or sequence of maps as the value$/,
    ],
    [
      'a patch of the wrong shape',
      'mutation { patch(kind: "cm", name: "a", namespace: "many", patch: 5, type: JSON) { operation } }',
      'BAD_REQUEST',
      /./,
    ],
    ['an unknown kind', '{ object(kind: "nothing", name: "x") { kind } }', 'BAD_USER_INPUT', /resource type "nothing"$/],
    ['a kind of the prototype', '{ object(kind: "constructor", name: "x") { kind } }', 'BAD_USER_INPUT', /resource type "constructor"$/],
  ])('%s is reported as such, with path and location', async (_name, query, code, message) => {
    const { errors = [] } = await graph.run(query);
    expect(errors[0]).toEqual({
      message: expect.stringMatching(message),
      path: expect.any(Array),
      locations: [{ line: 1, column: expect.any(Number) }],
      extensions: expect.objectContaining({ code }),
    });
    expect(graph.unexpected).toEqual([]);
  });

  test('an unexpected error is reported only with the request’s id', async () => {
    const broken = new Error('secret text');
    const local = new LocalGraph(cluster);
    local.session.history.revision = () => Promise.reject(broken);
    const { errors } = await local.run('{ cluster { revision } }');
    expect(errors).toEqual([
      {
        message: 'Internal error',
        path: ['cluster', 'revision'],
        locations: [{ line: 1, column: 13 }],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'request-1' },
      },
    ]);
    expect(local.unexpected).toEqual([broken]);
  });

  test('variables of the wrong type are rejected', async () => {
    const { errors, data } = await graph.run('query ($n: Int!) { pods(limit: $n) { items { kind } } }', { n: 'x' });
    expect([data, errors]).toEqual([
      undefined,
      [
        expect.objectContaining({
          message: expect.stringMatching(/^Variable "\$n" got invalid value/),
          extensions: { code: 'BAD_USER_INPUT' },
        }),
      ],
    ]);
  });

  test('operations that run at once take seats by their estimated costs; those for which none are free are told so', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => graph.run('{ __schema { types { name } } }')));
    const refused = answers.filter(({ data }) => !data);
    expect(refused).toHaveLength(2);
    expect(refused[0]?.errors).toEqual([
      {
        message: expect.stringMatching(
          /^Operations of this cluster that are running take \d+ of 32 seats, and this one needs [13] \(one, and/,
        ),
        extensions: { code: 'TOO_MANY_REQUESTS' },
      },
    ]);
    expect((await graph.run('{ __schema { queryType { name } } }')).errors).toBeUndefined();
  });

  test('what occurs many times in lists of lists is there each time, and is counted each time', async () => {
    const query =
      '{ pods(namespace: "many", limit: 6) { items { node { metadata { name } pods { metadata { name } events { reason } } } } } }';
    const { data, errors, extensions } = await graph.run(query);
    expect(errors).toBeUndefined();
    const { items } = (data as { pods: { items: Array<{ node: { metadata: { name: string }; pods: unknown[] } }> } }).pods;
    const byNode = new Map(items.map(({ node }) => [node.metadata.name, node.pods]));
    expect([...byNode.keys()].sort()).toEqual(['worker-1', 'worker-2']);
    for (const { node } of items) expect(node.pods).toEqual(byNode.get(node.metadata.name));
    expect(byNode.get('worker-1')).not.toEqual(byNode.get('worker-2'));
    const objectsIn = (value: unknown): number =>
      typeof value !== 'object' || value === null
        ? 0
        : Object.values(value).reduce((sum, one) => sum + objectsIn(one), Array.isArray(value) ? 0 : 1);
    expect(extensions?.cost.used.objects).toBe(objectsIn(data) - 1);
  });

  test('the node of many pods, with all of its pods, is made once', async () => {
    const query = '{ pods(namespace: "many", limit: 6) { items { node { metadata { name } pods { metadata { name } } } } } }';
    const { data } = await graph.run(query);
    const { items } = (data as { pods: { items: Array<{ node: { metadata: { name: string } } }> } }).pods;
    expect(items).toHaveLength(6);
    expect(new Set(items.map(({ node }) => node)).size).toBe(new Set(items.map(({ node }) => node.metadata.name)).size);
  });
});
