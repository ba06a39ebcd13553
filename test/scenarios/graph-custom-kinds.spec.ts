import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { GraphQLObjectType } from 'graphql';
import { type apiextensionsv1, CustomResourceDefinition, type Resource } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
});

afterAll(() => cluster.close());

const text = { type: 'string' };

type Properties = Record<string, apiextensionsv1.JSONSchemaProps>;

/** A version of a kind; its spec has these properties. */
interface Version {
  name: string;
  properties: Properties;
  deprecated?: boolean;
  deprecationWarning?: string;
  categories?: string[];
}

/** A kind's schema: `spec` has these properties. */
const schemaOf = (properties: Properties) => ({
  openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', description: 'What is wanted.', properties } } },
});

/** Serves a kind of the group example.com in these versions, the first of which is stored. */
async function define(on: LocalCluster, kind: string, ...versions: readonly Version[]): Promise<void> {
  const plural = `${kind.toLowerCase()}s`;
  await on.client.create(CustomResourceDefinition, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind, ...(versions[0]?.categories && { categories: versions[0].categories }) },
      versions: versions.map(({ properties, categories: _, ...version }, at) => ({
        served: true,
        storage: at === 0,
        schema: schemaOf(properties),
        ...version,
      })),
    },
  });
  await on.settle();
}

const resource = (kind: string, version = 'v1'): Resource => ({
  group: 'example.com',
  version,
  resource: `${kind.toLowerCase()}s`,
  kind,
  namespaced: true,
});

const object = (kind: string, name: string, spec: object) => ({
  apiVersion: 'example.com/v1',
  kind,
  metadata: { name, namespace: 'default' },
  spec,
});

const answer = (query: string) => graph.data<unknown>(query);

test('fields of a custom kind have the types and arguments that its schema says', async () => {
  const amount = {
    'x-kubernetes-int-or-string': true,
    pattern: '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
  };
  await define(cluster, 'Ship', {
    name: 'v1',
    properties: {
      size: { type: 'integer' },
      cpu: amount,
      state: { type: 'string', enum: ['Docked', 'At sea'] },
      built: { type: 'string', format: 'date-time' },
      crew: { type: 'array', items: { type: 'object', properties: { 'first-name': text, rank: text } } },
      cargo: { type: 'object', additionalProperties: { type: 'object', properties: { tons: { type: 'integer' } } } },
      names: { type: 'object', additionalProperties: text },
      any: { 'x-kubernetes-preserve-unknown-fields': true },
      'x-y': text,
    },
  });
  await cluster.client.create(
    resource('Ship'),
    object('Ship', 'anna', {
      size: 7,
      cpu: '500m',
      state: 'At sea',
      built: '2020-01-01T00:00:00Z',
      crew: [{ 'first-name': 'Bo', rank: 'mate' }],
      cargo: { b: { tons: 2 }, a: { tons: 1 } },
      names: { da: 'Anna' },
      any: { a: [1] },
      'x-y': 'z',
    }),
  );
  const fields = `size cpu(unit: MILLI) state built(as: UNIX) crew { first_name rank } cargo { key value { tons } }
    one: cargo(key: "b") { value { tons } } names(key: "da") any x_y`;
  expect(await answer(`{ ship(name: "anna") { apiVersion spec { ${fields} } owner { kind } } }`)).toEqual({
    ship: {
      apiVersion: 'example.com/v1',
      spec: {
        size: 7,
        cpu: 500,
        state: 'At_sea',
        built: 1577836800,
        crew: [{ first_name: 'Bo', rank: 'mate' }],
        cargo: [
          { key: 'a', value: { tons: 1 } },
          { key: 'b', value: { tons: 2 } },
        ],
        one: [{ value: { tons: 2 } }],
        names: 'Anna',
        any: { a: [1] },
        x_y: 'z',
      },
      owner: null,
    },
  });
  expect(await answer('{ ships { items { spec { json } } } }')).toMatchObject({ ships: { items: [{ spec: { json: { cargo: {} } } }] } });
});

test('a changed schema shows in the next operation; running subscriptions go on', async () => {
  await define(cluster, 'Gate', { name: 'v1', properties: { open: { type: 'boolean' } } });
  const maps = await graph.subscribe('subscription { configMaps(namespace: "default", initial: false) { object { metadata { name } } } }');
  const gates = await graph.subscribe('subscription { gates(initial: false) { type object { spec { open } } } }');
  await expect(graph.run('{ gates { items { spec { colour } } } }')).rejects.toThrow('Cannot query field "colour" on type "Gate_spec".');
  await cluster.client.patch(CustomResourceDefinition, 'gates.example.com', undefined, 'json', [
    { op: 'add', path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/colour', value: text },
  ]);
  await cluster.settle();
  await cluster.client.create(resource('Gate'), object('Gate', 'north', { open: true, colour: 'red' }));
  expect(await answer('{ gate(name: "north") { spec { open colour } } }')).toEqual({ gate: { spec: { open: true, colour: 'red' } } });
  expect((await gates.next()).value?.data).toEqual({ gates: [{ type: 'ADDED', object: { spec: { open: true } } }] });
  const { client } = cluster;
  const ConfigMap = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true };
  await client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'after', namespace: 'default' } });
  expect((await maps.next()).value?.data).toEqual({ configMaps: [{ object: { metadata: { name: 'after' } } }] });
  await Promise.all([maps.return(), gates.return()]);
});

test('a value that was stored under another schema is an error of its field', async () => {
  await define(cluster, 'Lamp', { name: 'v1', properties: { level: text, list: text } });
  await cluster.client.create(resource('Lamp'), object('Lamp', 'old', { level: 'high', list: 'a' }));
  await cluster.client.patch(CustomResourceDefinition, 'lamps.example.com', undefined, 'json', [
    { op: 'replace', path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/level/type', value: 'integer' },
    {
      op: 'replace',
      path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/list',
      value: { type: 'array', items: text },
    },
  ]);
  await cluster.settle();
  const { data, errors } = await graph.run('{ lamp(name: "old") { kind spec { level list json } } }');
  expect(JSON.parse(JSON.stringify(data))).toEqual({
    lamp: { kind: 'Lamp', spec: { level: null, list: null, json: { level: 'high', list: 'a' } } },
  });
  expect(errors?.map(({ path, message, extensions }) => [path, message, extensions?.code])).toEqual([
    [['lamp', 'spec', 'level'], 'level: the value is not as the schema of its kind now says: see `json`', 'UNEXPECTED_VALUE'],
    [['lamp', 'spec', 'list'], 'list: the value is not as the schema of its kind now says: see `json`', 'UNEXPECTED_VALUE'],
  ]);
});

test('each version is reachable: the preferred one by the kind’s name, a deprecated one with its warning', async () => {
  await define(
    cluster,
    'Mast',
    { name: 'v1', properties: { height: { type: 'integer' } } },
    { name: 'v1beta1', properties: { height: { type: 'integer' } }, deprecated: true, deprecationWarning: 'masts are of v1 now' },
  );
  await cluster.client.create(resource('Mast'), object('Mast', 'main', { height: 20 }));
  expect(await answer('{ mast(name: "main") { apiVersion } exampleComV1beta1Mast(name: "main") { apiVersion spec { height } } }')).toEqual({
    mast: { apiVersion: 'example.com/v1' },
    exampleComV1beta1Mast: { apiVersion: 'example.com/v1beta1', spec: { height: 20 } },
  });
  const { schema } = await graph.runtime;
  const roots = [schema.getQueryType(), schema.getSubscriptionType()].flatMap((root) => Object.values(root?.getFields() ?? {}));
  expect(roots.flatMap(({ name, deprecationReason }) => (/mast/i.test(name) ? [[name, deprecationReason]] : []))).toEqual([
    ['masts', undefined],
    ['mast', undefined],
    ['exampleComV1beta1Masts', 'masts are of v1 now'],
    ['exampleComV1beta1Mast', 'masts are of v1 now'],
    ['masts', undefined],
    ['exampleComV1beta1Masts', 'masts are of v1 now'],
  ]);
});

test('clusters with the same kind share its types', async () => {
  const other = await createLocalCluster();
  try {
    await define(cluster, 'Buoy', { name: 'v1', properties: { colour: text } });
    await define(other, 'Buoy', { name: 'v1', properties: { colour: text } });
    const schemaFor = async (of: LocalCluster) => (await graph.graphOf('c', of.api.cluster.storages.served())).schema;
    const [one, two] = [await schemaFor(cluster), await schemaFor(other)];
    const specOf = (type: unknown) => (type as GraphQLObjectType).getFields().spec?.type;
    expect(one?.getType('Buoy')).toBeDefined();
    expect(one).not.toBe(two);
    expect(one?.getType('Buoy') === two?.getType('Buoy')).toBe(true);
    expect(specOf(one?.getType('Buoy')) === specOf(two?.getType('Buoy'))).toBe(true);
  } finally {
    await other.close();
  }
});

test('unknown kinds and fields are answered with those that were meant; kinds are asked for by their category', async () => {
  await define(cluster, 'Anchor', { name: 'v1', properties: { weight: { type: 'integer' } }, categories: ['harbour'] });
  const made = await cluster.client.create(resource('Anchor'), object('Anchor', 'big', { weight: 9 }));
  const owner = { apiVersion: 'example.com/v1', kind: 'Anchor', name: 'big', uid: made.metadata.uid ?? '' };
  const small = object('Anchor', 'small', {});
  await cluster.client.create(resource('Anchor'), { ...small, metadata: { ...small.metadata, ownerReferences: [owner] } });
  const messageOf = async (query: string) => (await graph.run(query)).errors?.[0]?.message;
  expect(await messageOf('{ object(kind: "anchr", name: "big") { kind } }')).toBe(
    'the server doesn\'t have a resource type "anchr". Did you mean "anchor"?',
  );
  expect(await messageOf('{ object(kind: "deploymnt.apps", name: "big") { kind } }')).toBe(
    'the server doesn\'t have a resource type "deploymnt.apps". Did you mean "deployment" or "deployments"?',
  );
  await expect(graph.run('{ anchor(name: "big") { spec { wieght } } }')).rejects.toThrow('Did you mean "weight"?');
  const owned = async (kinds: string) => answer(`{ anchor(name: "big") { owned(kinds: [${kinds}]) { kind metadata { name } } } }`);
  expect(await owned('"harbour"')).toEqual({ anchor: { owned: [{ kind: 'Anchor', metadata: { name: 'small' } }] } });
  expect(await owned('"all", "api-extensions"')).toEqual({ anchor: { owned: [] } });
});
