import { getIntrospectionQuery, graphqlSync, parse, validate, validateSchema } from 'graphql';
import { costRule } from './cost.js';
import { kinds, pluralName } from './kinds.js';
import { buildGraphSchema } from './schema.js';

const schema = buildGraphSchema({ ofDefinition: () => undefined, ofField: () => undefined });
const complaints = (query: string): string[] => validate(schema, parse(query), [costRule]).map((error) => error.message);

describe('the graph', () => {
  test('is a valid schema', () => expect(validateSchema(schema)).toEqual([]));

  test('has two root fields a kind that can be read', () => {
    const fields = Object.keys(schema.getQueryType()?.getFields() ?? {});
    expect(kinds.filter((kind) => !fields.includes(kind.many) || !fields.includes(kind.one)).map((kind) => kind.info.resource)).toEqual([]);
  });

  test.each([
    ['ReplicaSet', 'replicasets', 'replicaSets'],
    ['NetworkPolicy', 'networkpolicies', 'networkPolicies'],
    ['Ingress', 'ingresses', 'ingresses'],
    ['Endpoints', 'endpoints', 'endpoints'],
    ['CSINode', 'csinodes', 'csiNodes'],
    ['IPAddress', 'ipaddresses', 'ipAddresses'],
  ])('%s: %s → %s', (kind, resource, expected) => expect(pluralName(kind, resource)).toBe(expected));

  test('names the types of kinds that share a name apart', () => {
    const names = kinds.map((kind) => kind.typeName);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(['Event', 'EventsV1Event', 'HorizontalPodAutoscaler', 'AutoscalingV1HorizontalPodAutoscaler']),
    );
  });

  test('can be introspected within its own bounds', () => {
    expect(complaints(getIntrospectionQuery())).toEqual([]);
    expect(graphqlSync({ schema, source: '{ __type(name: "Pod") { interfaces { name } } }' }).data).toEqual({
      __type: { interfaces: [{ name: 'KubernetesObject' }] },
    });
  });
});

describe('the cost of an operation', () => {
  const nested = (depth: number): string => `{ pods { items { ${'owner { '.repeat(depth)} kind ${'} '.repeat(depth)} } } }`;
  test.each([
    ['a usual query', '{ deployments { items { metadata { name } replicaSets { pods { node { metadata { name } } } } } } }', []],
    ['too deep', nested(20), ['The query is nested deeper than 20 levels.']],
    [
      'too dear',
      '{ pods(limit: 500) { items { services { pods { services { metadata { name } } } } } } }',
      ['The query may read more than 20000 objects: ask for fewer relations or smaller pages.'],
    ],
    [
      'too wide',
      `{ ${Array.from({ length: 1501 }, (_, i) => `a${i}: cluster { id }`).join(' ')} }`,
      ['The query asks for more than 1500 fields.'],
    ],
    [
      'fragments that multiply',
      `{ pods { items { ...a } } } fragment a on Pod { ...b x: owner { ...o } } fragment b on Pod { metadata { name } } fragment o on KubernetesObject { ${Array.from({ length: 1500 }, (_, i) => `k${i}: kind`).join(' ')} }`,
      ['The query asks for more than 1500 fields.'],
    ],
  ])('%s', (_name, query, expected) => expect(complaints(query)).toEqual(expected));
});
