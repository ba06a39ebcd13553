import { GraphQLObjectType, GraphQLString } from 'graphql';
import type { FieldChange } from '#history';
import type { GraphContext } from './context.js';
import { required } from './output-types.js';
import { Json } from './scalars.js';

/** A field of an object that a write changed. */
export const fieldChangeType = new GraphQLObjectType<FieldChange, GraphContext>({
  name: 'FieldChange',
  fields: { path: { type: required(GraphQLString) }, from: { type: Json }, to: { type: Json } },
});
