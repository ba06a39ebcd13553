import { GraphQLObjectType, GraphQLString } from 'graphql';
import type { GraphContext } from './context.js';
import { required } from './output-types.js';

/** A kind of which a user may not read what was asked for. */
export interface Refused {
  /** As kubectl names it: `deployments.apps`. */
  readonly kind: string;
  readonly message: string;
}

/** The type of such kinds. */
export const RefusedKind = new GraphQLObjectType<Refused, GraphContext>({
  name: 'RefusedKind',
  description: 'A kind that could not be read.',
  fields: {
    kind: { type: required(GraphQLString), description: 'As kubectl names it: deployments.apps' },
    message: { type: required(GraphQLString), description: 'Why: the answer of the API server.' },
  },
});
