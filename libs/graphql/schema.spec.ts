import { type GraphQLNamedType, graphqlSync, isEnumType, isInterfaceType, isObjectType, validateSchema } from 'graphql';
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

  test('what kinds and their fields are is described, and what they take', () => {
    const { schema: described } = new BuiltInGraph({
      ofDefinition: ({ id }) => `About ${id}.`,
      ofField: ({ id }, field) => `${id}.${field}.`,
    });
    const missing: string[] = [];
    const look = (at: string, { description }: { readonly description?: string | null | undefined }): void => {
      if (!description?.trim()) missing.push(at);
    };
    const lookInto = (type: GraphQLNamedType): void => {
      look(type.name, type);
      if (!isObjectType(type) && !isInterfaceType(type)) return;
      for (const field of Object.values(type.getFields())) {
        look(`${type.name}.${field.name}`, field);
        for (const argument of field.args) look(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    };
    const lists = kinds.all.map(({ typeName }) => `${typeName}List`);
    for (const name of [
      ...kinds.all.map(({ typeName }) => typeName),
      ...lists,
      'ObjectMeta',
      'PodSpec',
      'PodStatus',
      'ResourceList',
      'KubernetesObject',
    ]) {
      const type = described.getType(name);
      if (type) lookInto(type);
    }
    const enums = Object.values(described.getTypeMap()).filter(
      (type) => isEnumType(type) && type.getValues().some((value) => value.name === 'UNRECOGNIZED'),
    );
    for (const type of [...enums, ...['Query', 'Mutation', 'Subscription', 'Cluster'].map((name) => described.getType(name))])
      if (type) look(type.name, type);
    const roots = [described.getQueryType(), described.getSubscriptionType()].flatMap((root) => Object.values(root?.getFields() ?? {}));
    const ofKinds = new Set(kinds.all.flatMap(({ one, many }) => [one, many]));
    for (const field of roots) {
      look(field.name, field);
      if (ofKinds.has(field.name)) for (const argument of field.args) look(`${field.name}(${argument.name})`, argument);
    }
    expect(missing).toEqual([]);
  });

  test('implements the interface for its kinds', () => {
    expect(graphqlSync({ schema, source: '{ __type(name: "Pod") { interfaces { name } } }' }).data).toEqual({
      __type: { interfaces: [{ name: 'KubernetesObject' }] },
    });
  });
});
