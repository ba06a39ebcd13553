import { GraphQLList, GraphQLNonNull, type GraphQLType } from 'graphql';

/** A type that is never null. */
export const required = (type: GraphQLType) => new GraphQLNonNull(type as never);

/** A list of values that are never null; the list is: where it is refused, and as an argument that may be left out. */
export const nullableListOf = (type: GraphQLType) => new GraphQLList(required(type));

/** A list that is never null, of values that are never null. */
export const listOf = (type: GraphQLType) => required(nullableListOf(type));
