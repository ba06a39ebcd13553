import { type GraphQLFieldConfigMap, type GraphQLOutputType, getNullableType } from 'graphql';
import type { GraphContext } from './context.js';

type Fields = GraphQLFieldConfigMap<unknown, GraphContext>;

/**
 * Fields of a root that may be refused, or fail, each for itself: then it is null with an error of its own, and the others are answered. (A field
 * that is never null would take the whole answer with it.)
 */
export const refusable = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, { ...field, type: getNullableType(field.type) as GraphQLOutputType }]),
  );
