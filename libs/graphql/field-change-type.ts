import { GraphQLObjectType, GraphQLString } from 'graphql';
import type { FieldChange } from '#history';
import type { GraphContext } from './context.js';
import { required } from './output-types.js';
import { Json } from './scalars.js';

/** A field of an object that a write changed. */
export const fieldChangeType = new GraphQLObjectType<FieldChange, GraphContext>({
  name: 'FieldChange',
  description: 'A field that differs, from what to what.',
  fields: {
    path: { type: required(GraphQLString), description: '.spec.replicas, .status.conditions[type=Ready].status.' },
    from: { type: Json, description: 'What it was; null: it was not there.' },
    to: { type: Json, description: 'What it is; null: it is no longer there.' },
  },
});
