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
const of = (id: string, served: Served) => graphs.of({ cluster: { id, name: id, gitVersion: '' }, served });

describe('graphs of clusters', () => {
  test('are shared by all clusters that serve only the built-in kinds', () => {
    expect(of('a', builtIn)).toBe(of('b', { groups: [], resources: [] }));
  });

  test('are kept until the served resources change', () => {
    const served = serving(info('Widget', 'widgets'));
    const graph = of('a', served);
    expect(of('a', served)).toBe(graph);
    expect(of('b', served)).not.toBe(graph);
    expect(of('a', serving(info('Widget', 'widgets')))).not.toBe(graph);
    expect(of('a', builtIn)).toBe(graphs.builtIn);
    expect(of('a', served)).not.toBe(graph);
  });

  test('share the types of built-in kinds, and are valid', () => {
    const { schema: own } = of('a', serving(info('Widget', 'widgets')));
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
  ])('have distinct names for custom kinds: %s', (_, infos, expected) => {
    const own = of('names', serving(...infos)).kinds.all.filter(({ source }) => 'own' in source);
    expect(own.map(({ typeName, one, many }) => `${typeName} ${one} ${many}`)).toEqual(expected);
  });

  test("contain what a kind's schema publishes", () => {
    const published = { properties: { spec: { description: 'What is wanted.' }, 'x-y': {}, json: {}, kind: {} } };
    const widget = { info: info('Widget', 'widgets'), schema: schema(published) };
    const served: Served = { groups: builtIn.groups, resources: [...builtIn.resources, widget.info], own: [widget] };
    const type = of('c', served).schema.getType('Widget');
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
