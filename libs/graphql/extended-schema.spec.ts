import {
  buildSchema,
  type GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  graphqlSync,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { atOnce } from './execution/pieces.js';
import { extendedSchema } from './extended-schema.js';

const base = buildSchema(`
  interface Thing { name: String }
  type Stone implements Thing { name: String weight: Int }
  type Query { thing: Thing }
  type Mutation { make: Stone }
  type Subscription { things: Thing }
`);

const thing = base.getType('Thing') as GraphQLInterfaceType;
const plank = (name = 'Plank') =>
  new GraphQLObjectType({ name, interfaces: [thing], fields: { name: { type: GraphQLString }, of: { type: wood } } });
const wood = new GraphQLObjectType({ name: 'Wood', fields: { tree: { type: GraphQLString } } });

/** The schema with planks. */
function extended(type = plank()): GraphQLSchema {
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: { ...base.getQueryType()?.toConfig().fields, plank: { type, resolve: () => ({ name: 'a', of: { tree: 'oak' } }) } },
  });
  const [mutation, subscription] = [base.getMutationType(), base.getSubscriptionType()];
  if (!mutation || !subscription) throw new Error('no roots');
  return atOnce(extendedSchema(base, { query, mutation, subscription, types: [], replaced: new Set(['Query']) }));
}

test('its own types are listed behind those of the other one, in families', () => {
  const names = Object.keys(extended().getTypeMap());
  expect(names.slice(-3)).toEqual(['Plank', 'Query', 'Wood']);
  expect(names.slice(0, -3)).toEqual(Object.keys(base.getTypeMap()).filter((name) => name !== 'Query'));
});

test('is the schema that is built of the same types', () => {
  const schema = extended();
  const built = new GraphQLSchema({ ...schema.toConfig(), assumeValid: false });
  expect(printSchema(lexicographicSortSchema(built))).toContain('type Plank implements Thing');
  expect(Object.keys(schema.getTypeMap()).sort()).toEqual(Object.keys(built.getTypeMap()).sort());
  expect(schema.getPossibleTypes(thing).map(({ name }) => name)).toEqual(['Stone', 'Plank']);
  expect([schema.getType('Plank'), schema.getType('Stone')].map((type) => schema.isSubType(thing, type as GraphQLObjectType))).toEqual([
    true,
    true,
  ]);
  expect(schema.isSubType(thing, wood)).toBe(false);
  expect(base.getType('Plank')).toBeUndefined();
});

test('answers, and tells of itself', () => {
  const schema = extended();
  const source = '{ plank { ... on Thing { name } of { tree } } __type(name: "Thing") { possibleTypes { name } } }';
  expect(JSON.parse(JSON.stringify(graphqlSync({ schema, source })))).toEqual({
    data: { plank: { name: 'a', of: { tree: 'oak' } }, __type: { possibleTypes: [{ name: 'Stone' }, { name: 'Plank' }] } },
  });
});

test('has no two types of one name', () => expect(() => extended(plank('Stone'))).toThrow('two types of a graph are named Stone'));
