import assert from 'node:assert';
import { describe, expect, test } from '@jest/globals';
import { type GraphQLObjectType, GraphQLSchema, getNamedType, validateSchema } from 'graphql';
import { builtIn, type KindSchema, type ResourceInfo, type Served } from '#api';
import { Turns } from './execution/turns.js';
import { Graphs } from './graphs.js';

const schema = (published?: Record<string, unknown>): KindSchema => ({
  struct: { name: 'X', byName: new Map() },
  ...(published && { published }),
  decode: (object) => ({ object: object as object, strict: [] }) as never,
  decodeJson: (_text, object) => ({ object: object as object, strict: [] }) as never,
  decodePatched: (object) => ({ object: object as object, strict: [] }) as never,
  applyDefaults() {},
  prepareForStorage() {},
});

const info = (kind: string, resource: string, group = 'example.com'): ResourceInfo => ({
  group,
  version: 'v1',
  resource,
  singular: kind.toLowerCase(),
  kind,
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
  subresources: {},
});

const serving = (...infos: ResourceInfo[]): Served => {
  const own = infos.map((one) => ({ info: one, schema: schema() }));
  return { groups: builtIn.groups, resources: [...builtIn.resources, ...infos], own };
};

const loop = { now: () => 0, worked: () => 0, nextTurn: setImmediate, whenSettled: queueMicrotask } as never;
const graphs = new Graphs(
  { running: new Map(), subscribed: new Map(), turns: new Turns(loop), onUnexpected: () => undefined },
  { ofDefinition: () => undefined, ofField: () => undefined },
);
const clusterOf = (id: string) => ({ id, name: id, gitVersion: '' });
const of = (id: string, served: Served) => graphs.of({ cluster: clusterOf(id), served });

/** Graphs in an event loop in which every look at the clock takes a millisecond, and how often others had their turn. */
function slowly() {
  const loop = { time: 0, turns: 0 };
  const turns = new Turns({
    now: () => loop.time++,
    worked: () => loop.time,
    nextTurn(run: () => void) {
      loop.turns += 1;
      setImmediate(run);
    },
    whenSettled: (run: () => void) => queueMicrotask(() => process.nextTick(run)),
  } as never);
  const shared = { running: new Map(), subscribed: new Map(), turns, onUnexpected: () => undefined };
  return { loop, turns, graphs: new Graphs(shared, { ofDefinition: () => undefined, ofField: () => undefined }) };
}

const kinds = (count: number) => serving(...Array.from({ length: count }, (_, at) => info(`Kind${at}`, `kind${at}s`)));

test('of the custom kinds of a cluster only so many fields are typed; kinds for which there are too few are JSON', async () => {
  const part = { type: 'object', properties: Object.fromEntries(Array.from({ length: 29 }, (_, at) => [`f${at}`, { type: 'string' }])) };
  const large = {
    properties: { spec: { type: 'object', properties: Object.fromEntries(Array.from({ length: 99 }, (_, at) => [`p${at}`, part])) } },
  };
  const small = { properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } };
  const own = [...Array.from({ length: 8 }, () => large), small].map((published, at) => ({
    info: info(`Kind${at}`, `kind${at}s`),
    schema: schema(published),
  }));
  const served = { groups: builtIn.groups, resources: [...builtIn.resources, ...own.map((one) => one.info)], own };
  const { schema: made } = await of('large', served);
  const specs = own.map((_, at) => String((made.getType(`Kind${at}`) as GraphQLObjectType).getFields().spec?.type));
  expect(specs).toEqual([...[0, 1, 2, 3, 4, 5].map((at) => `Kind${at}_spec`), 'JSON', 'JSON', 'Kind8_spec']);
});

describe('the graph of a cluster is built in turns', () => {
  test('of the cluster: others have theirs between the pieces', async () => {
    const { loop, turns, graphs } = slowly();
    let isBuilt = false;
    const building = graphs.of({ cluster: clusterOf('a'), served: kinds(100) }).then((graph) => {
      isBuilt = true;
      return graph;
    });
    for (let turn = 0; turn < 100; turn += 1) await turns.share('b').turn();
    expect(isBuilt).toBe(false);
    expect(Object.keys((await building).schema.getQueryType()?.getFields() ?? {})).toEqual(expect.arrayContaining(['kind0', 'kind99s']));
    // A hundred for the other one; and a kind has several types, each of which is a piece.
    expect(loop.turns).toBeGreaterThan(300);
  });

  test('once, however many ask', async () => {
    const { graphs } = slowly();
    const served = kinds(3);
    const [one, ...others] = await Promise.all([1, 2, 3].map(() => graphs.of({ cluster: clusterOf('a'), served })));
    expect(others.map((other) => other === one)).toEqual([true, true]);
  });

  test('one at a time, and then that of what is served by now', async () => {
    const { graphs } = slowly();
    const cluster = clusterOf('a');
    const session = { cluster, served: kinds(1) };
    const fieldsOf = async () => Object.keys((await graphs.of(session)).schema.getQueryType()?.getFields() ?? {});
    const first = fieldsOf();
    session.served = kinds(2);
    const second = fieldsOf();
    session.served = kinds(3);
    const third = fieldsOf();
    expect(await first).not.toContain('kind1');
    expect(await second).toContain('kind2');
    expect(await third).toEqual(await second);
    const latest = await graphs.of(session);
    expect(await graphs.of(session)).toBe(latest);
    const gone = graphs.of({ cluster, served: kinds(1) });
    expect(await graphs.of({ cluster, served: builtIn })).toBe(graphs.builtIn);
    await gone;
  });

  test('one that fails is an error of those who wait for it; the next one is built anew', async () => {
    const { graphs } = slowly();
    const cluster = clusterOf('a');
    const broken = serving(info('Widget', 'widgets'));
    Object.defineProperty(broken.own?.[0]?.schema, 'published', { get: () => assert.fail('no schema') });
    const asked = [
      graphs.of({ cluster, served: broken }),
      graphs.of({ cluster, served: broken }),
      graphs.of({ cluster, served: kinds(1) }),
    ];
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    await expect(graphs.of({ cluster, served: broken })).rejects.toThrow('no schema');
  });
});

describe('graphs of clusters', () => {
  test('are shared by all clusters that serve only the built-in kinds', async () => {
    expect(await of('a', builtIn)).toBe(await of('b', { groups: [], resources: [] }));
  });

  test('are kept until the served resources change', async () => {
    const served = serving(info('Widget', 'widgets'));
    const graph = await of('a', served);
    expect(await of('a', served)).toBe(graph);
    expect(await of('b', served)).not.toBe(graph);
    expect(await of('a', serving(info('Widget', 'widgets')))).not.toBe(graph);
    expect(await of('a', builtIn)).toBe(graphs.builtIn);
    expect(await of('a', served)).not.toBe(graph);
  });

  test('share the types of built-in kinds, and are valid', async () => {
    const { schema: own } = await of('a', serving(info('Widget', 'widgets')));
    expect(own.getType('Pod')).toBe(graphs.builtIn.schema.getType('Pod'));
    // Without skipping the validation.
    expect(validateSchema(new GraphQLSchema({ ...own.toConfig(), assumeValid: false }))).toEqual([]);
    const fields = own.getQueryType()?.getFields() ?? {};
    // One by one: the types lead to one another in too many ways to be compared as a whole.
    const shared = Object.values(graphs.builtIn.schema.getQueryType()?.getFields() ?? {});
    expect(shared.flatMap(({ name, type }) => (getNamedType(fields[name]?.type) === getNamedType(type) ? [] : [name]))).toEqual([]);
    expect([String(fields.widget?.type), String(fields.widgets?.type)]).toEqual(['Widget', 'WidgetList']);
  });

  test.each<[string, ResourceInfo[], string[]]>([
    ['a name that is free', [info('Widget', 'widgets')], ['Widget widget widgets']],
    [
      'a built-in kind’s',
      [info('Pod', 'pods', 'metrics.example.com')],
      ['MetricsExampleComV1Pod metricsExampleComV1Pod metricsExampleComV1Pods'],
    ],
    [
      'the name of a type that is not a kind',
      [info('PodSpec', 'podspecs')],
      ['ExampleComV1PodSpec exampleComV1PodSpec exampleComV1PodSpecs'],
    ],
    ['one of the graph’s own', [info('Query', 'queries')], ['ExampleComV1Query exampleComV1Query exampleComV1Queries']],
    ['names that GraphQL cannot carry', [info('My-Kind', 'my-kinds')], ['MyKind my_Kind my_Kinds']],
    [
      'another own kind’s, and the same prefix',
      [info('Widget', 'widgets'), info('Widget', 'widgets', 'a-b.c'), info('Widget', 'widgets', 'a.b.c')],
      ['Widget widget widgets', 'ABCV1Widget aBCV1Widget aBCV1Widgets', 'ABCV1_2_Widget aBCV1_2_Widget aBCV1_2_Widgets'],
    ],
  ])('have distinct names for custom kinds: %s', async (_, infos, expected) => {
    const { kinds } = await of('names', serving(...infos));
    const own = kinds.all.filter(({ source }) => 'own' in source);
    expect(own.map(({ typeName, one, many }) => `${typeName} ${one} ${many}`)).toEqual(expected);
  });

  test("contain what a kind's schema publishes", async () => {
    const published = { properties: { spec: { description: 'What is wanted.' }, 'x-y': {}, json: {}, kind: {} } };
    const widget = { info: info('Widget', 'widgets'), schema: schema(published) };
    const served: Served = { groups: builtIn.groups, resources: [...builtIn.resources, widget.info], own: [widget] };
    const type = (await of('c', served)).schema.getType('Widget');
    const fields = (type as GraphQLObjectType).getFields();
    expect(Object.values(fields).map(({ name }) => name)).toEqual([
      'spec',
      'x_y',
      'json_',
      'apiVersion',
      'kind',
      'metadata',
      'history',
      'why',
      'json',
      'yaml',
      'owner',
      'ownerChain',
      'owners',
      'owned',
      'events',
    ]);
    expect([String(fields.spec?.type), fields.spec?.description, String(fields.kind?.type), String(fields.json?.type)]).toEqual([
      'JSON',
      'What is wanted.',
      'String!',
      'JSON!',
    ]);
  });
});
