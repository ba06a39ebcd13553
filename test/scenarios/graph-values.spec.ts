import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execute, type GraphQLOutputType, getNamedType, isLeafType, isObjectType, parse } from 'graphql';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { relations } from '#graphql';
import { LocalGraph } from '../graph.js';
import { shop } from '../shop.js';

let cluster: LocalCluster;
let graph: LocalGraph;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
  const made = await graph.run('mutation ($m: String!) { create(manifest: $m, namespace: "shop") { operation } }', { m: shop });
  expect(made.errors).toBeUndefined();
  await cluster.settle();
  await cluster.advance(61_000);
});

afterAll(() => cluster.close());

const led = new Set([...relations.map(({ field }) => field), 'decision', 'json', 'yaml']);

/** Everything that a type shows of an object itself, to some depth. */
function selection(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (!isObjectType(named) || depth === 0) return '{ __typename }';
  const fields = Object.values(named.getFields()).filter(
    ({ name, args }) =>
      (depth < 9 || !led.has(name)) && !args.some(({ defaultValue, type: of }) => String(of).endsWith('!') && defaultValue === undefined),
  );
  return `{ ${fields.map((field) => `${field.name} ${selection(field.type, depth - 1)}`).join(' ')} }`;
}

describe('values', () => {
  test('every field of every object can be read', async () => {
    const { schema, kinds } = await graph.runtime;
    for (const kind of kinds.all) {
      const type = schema.getType(kind.typeName) as GraphQLOutputType;
      const document = parse(`{ all: ${kind.many} { items ${selection(type, 9)} } }`);
      const { errors, data } = await execute({ schema, document, contextValue: await graph.context() });
      expect([kind.many, errors?.map(String)]).toEqual([kind.many, undefined]);
      expect(data).toBeDefined();
    }
  });

  test.each<[string, string, unknown]>([
    [
      'a phase',
      'pods(namespace: "shop", labelSelector: "app=db") { items { status { phase qosClass } } }',
      [{ status: { phase: 'Pending', qosClass: 'BestEffort' } }],
    ],
    [
      'a label',
      'pods(namespace: "shop", labelSelector: "app=db") { items { metadata { labels(key: "app") none: labels(key: "none") } } }',
      [{ metadata: { labels: 'db', none: null } }],
    ],
    [
      'its age',
      'pods(namespace: "shop", labelSelector: "app=db") { items { metadata { age creationTimestamp(as: AGE_SECONDS) } } }',
      [{ metadata: { age: '61s', creationTimestamp: 61 } }],
    ],
    [
      'data of a Secret',
      'secrets(namespace: "shop", fieldSelector: "metadata.name=keys") { items { data(key: "door", decode: true) raw: data all: data(decode: true) } }',
      [{ data: 'open', raw: { door: 'b3Blbg==' }, all: { door: 'open' } }],
    ],
    [
      'data of a ConfigMap',
      'configMaps(namespace: "shop", fieldSelector: "metadata.name=prices") { items { data(key: "apple") } }',
      [{ data: '1' }],
    ],
    [
      'amounts',
      'nodes(fieldSelector: "metadata.name=worker-1") { items { status { capacity { cpu milli: cpu(unit: MILLI) memory(unit: GIBI) pods of(resource: "cpu") none: of(resource: "x/y", unit: ONE) } } } }',
      [{ status: { capacity: { cpu: '4', milli: 4000, memory: 8, pods: '110', of: '4', none: null } } }],
    ],
    ['an enum whose values are no names', 'certificateSigningRequests { items { spec { usages } } }', []],
    [
      'the status of conditions',
      'nodes(fieldSelector: "metadata.name=worker-1") { items { status { conditions { type status } } } }',
      [{ status: { conditions: expect.arrayContaining([{ type: 'Ready', status: 'True' }]) } }],
    ],
  ])('%s', async (_what, query, items) => {
    const { data, errors } = await graph.run(`{ all: ${query} }`);
    expect(errors).toBeUndefined();
    expect(JSON.parse(JSON.stringify((data as { all: { items: unknown } }).all.items))).toEqual(items);
  });

  test('a text that is none of an enum’s is shown as such', async () => {
    const { errors } = await graph.run(
      'mutation { patch(kind: "pod", name: "db-0", namespace: "shop", subresource: "status", patch: {status: {phase: "Dreaming"}}) { operation } }',
    );
    expect(errors).toBeUndefined();
    const { data } = await graph.run('{ pod(name: "db-0", namespace: "shop") { status { phase } json } }');
    expect(data).toMatchObject({ pod: { status: { phase: 'UNRECOGNIZED' }, json: { status: { phase: 'Dreaming' } } } });
  });
});
