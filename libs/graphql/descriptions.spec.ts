import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { builtIn, descriptionOf, fieldDescription, type KindSchema, type Served } from '#api';
import { atOnce } from './execution/pieces.js';
import { BuiltInGraph } from './schema.js';
import type { Descriptions } from './shapes/built-in.js';

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
}

/** What is to be described: by its place in the schema. */
function* partsOf(type: GraphQLNamedType): Generator<[place: string, Described]> {
  yield [type.name, type];
  if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    yield [`${type.name}.${field.name}`, field];
    if ('args' in field) for (const argument of field.args) yield [`${type.name}.${field.name}(${argument.name})`, argument];
  }
}

function* everything(schema: GraphQLSchema): Generator<[place: string, Described]> {
  // The types of introspection are the specification's.
  for (const type of Object.values(schema.getTypeMap())) if (!isIntrospectionType(type)) yield* partsOf(type);
  for (const directive of schema.getDirectives()) {
    yield [`@${directive.name}`, directive];
    for (const argument of directive.args) yield [`@${directive.name}(${argument.name})`, argument];
  }
}

const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Whether a description says nothing but the name: `The name.` */
const repeats = ({ name, description }: Described): boolean =>
  letters((description ?? '').replaceAll(/\b(the|its|a|an|of|this|it|object|field)\b/gi, '')) === letters(name);

const ofTheApi: Descriptions = { ofDefinition: ({ id }) => descriptionOf(id), ofField: fieldDescription };
const given: Descriptions = { ofDefinition: ({ id }) => `About ${id}.`, ofField: ({ id }, field) => `${field} in ${id}.` };

test.each([
  ['with the API’s descriptions, where they have been generated', descriptionOf('core.v1.Pod') === '' ? given : ofTheApi],
  ['with others', given],
])('everything in the schema is described: %s', (_which, descriptions) => {
  const { schema } = new BuiltInGraph(descriptions);
  expect([...everything(schema)].flatMap(([place, { description }]) => (description?.trim() ? [] : [place]))).toEqual([]);
});

test('no description of the graph’s own says nothing but the name', () => {
  const { schema } = new BuiltInGraph(given);
  expect([...everything(schema)].flatMap(([place, part]) => (repeats(part) ? [place] : []))).toEqual([]);
});

test('a custom kind is described as far as its schema does, and otherwise that it does not is said', () => {
  const text = { type: 'string' };
  const part = { type: 'object', properties: { size: text, tint: { ...text, enum: ['RED', 'deep blue'] } } };
  const published = {
    properties: {
      spec: { ...part, description: 'What it is to be.' },
      parts: { type: 'array', items: part },
      byName: { type: 'object', additionalProperties: part },
    },
  };
  const struct = { name: 'Widget', byName: new Map() };
  const info = { ...{ group: 'example.com', version: 'v1', resource: 'widgets', singular: 'widget', kind: 'Widget' }, namespaced: true };
  const resource = { ...info, verbs: ['get', 'list', 'watch', 'create'], subresources: {} };
  const own = [{ info: resource, schema: { struct, published } as unknown as KindSchema }];
  const served: Served = { groups: builtIn.groups, resources: [...builtIn.resources, resource], own };
  const { schema } = atOnce(new BuiltInGraph(given).extendedTo(served));
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => name.startsWith('Widget'));
  expect(types.length).toBeGreaterThan(20);
  const parts = types.flatMap((type) => [...partsOf(type)]);
  expect(parts.flatMap(([place, { description }]) => (description?.trim() ? [] : [place]))).toEqual([]);
  const told = new Map(parts.map(([place, { description }]) => [place, description]));
  const places = [
    'Widget',
    'Widget_spec',
    'Widget_parts',
    'Widget.spec',
    'Widget_spec.size',
    'Widget_specTint.RED',
    'Widget_specTint.deep_blue',
    'Widget_Where.spec',
  ];
  expect(places.map((place) => told.get(place))).toEqual([
    'An object of the cluster’s own kind Widget.',
    'What it is to be.',
    'A part of Widget.',
    'What it is to be.',
    'The schema of the kind does not describe it.',
    'The schema of the kind does not say what it means.',
    '`deep blue`: The schema of the kind does not say what it means.',
    'What it is to be.',
  ]);
});
