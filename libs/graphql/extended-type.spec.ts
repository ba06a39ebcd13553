import { GraphQLInt, GraphQLObjectType, GraphQLString, printType } from 'graphql';
import { ExtendedType } from './extended-type.js';

const base = new GraphQLObjectType({
  name: 'Stone',
  description: 'What lies about.',
  fields: { size: { type: GraphQLInt }, name: { type: GraphQLString } },
});

test('has the fields of the other one, which are the same objects, and its own, also in place of another one', () => {
  const type = new ExtendedType(base, { size: { type: GraphQLString }, colour: { type: GraphQLString } });
  expect(printType(type)).toBe('"""What lies about."""\ntype Stone {\n  size: String\n  name: String\n  colour: String\n}');
  expect(type.getFields().name).toBe(base.getFields().name);
  expect(printType(new GraphQLObjectType(type.toConfig()))).toBe(printType(type));
  expect(Object.keys(base.getFields())).toEqual(['size', 'name']);
});
