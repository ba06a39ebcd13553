import { graphqlSync, validateSchema } from 'graphql';
import { builtInKinds, pluralName } from './kinds.js';
import { relations } from './relations/index.js';
import { BuiltInGraph } from './schema.js';

const kinds = builtInKinds;
const schema = new BuiltInGraph({ ofDefinition: () => undefined, ofField: () => undefined }).schema;

describe('the graph', () => {
  test('is a valid schema', () => expect(validateSchema(schema)).toEqual([]));

  test('has two root fields per readable kind', () => {
    const fields = Object.keys(schema.getQueryType()?.getFields() ?? {});
    expect(kinds.all.filter((kind) => !fields.includes(kind.many) || !fields.includes(kind.one)).map((kind) => kind.info.resource)).toEqual(
      [],
    );
  });

  test.each([
    ['ReplicaSet', 'replicasets', 'replicaSets'],
    ['NetworkPolicy', 'networkpolicies', 'networkPolicies'],
    ['Ingress', 'ingresses', 'ingresses'],
    ['Endpoints', 'endpoints', 'endpoints'],
    ['CSINode', 'csinodes', 'csiNodes'],
    ['IPAddress', 'ipaddresses', 'ipAddresses'],
  ])('%s: %s → %s', (kind, resource, expected) => expect(pluralName(kind, resource)).toBe(expected));

  test('gives kinds with the same name distinct type names', () => {
    const names = kinds.all.map((kind) => kind.typeName);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(['Event', 'EventsV1Event', 'HorizontalPodAutoscaler', 'AutoscalingV1HorizontalPodAutoscaler']),
    );
  });

  test('no relation hides a field of its kind, nor another relation', () => {
    const own = new Map(kinds.all.map(({ source, info }) => [info.kind, 'definition' in source ? source.definition.fields : []]));
    const hidden = relations.filter(({ on, field }) =>
      kinds.all.some(({ info }) => (!on || info.kind === on.kind) && own.get(info.kind)?.some(({ name }) => name === field)),
    );
    expect(hidden.map(({ on, field }) => `${on?.kind}.${field}`)).toEqual([]);
    const places = relations.map(({ on, field }) => `${on?.group}/${on?.kind}.${field}`);
    const general = new Set(relations.flatMap(({ on, field }) => (on ? [] : [field])));
    expect(places.filter((place, at) => places.indexOf(place) !== at)).toEqual([]);
    expect(relations.filter(({ on, field }) => on && general.has(field))).toEqual([]);
  });

  test('implements the interface for its kinds', () => {
    expect(graphqlSync({ schema, source: '{ __type(name: "Pod") { interfaces { name } } }' }).data).toEqual({
      __type: { interfaces: [{ name: 'KubernetesObject' }] },
    });
  });
});
