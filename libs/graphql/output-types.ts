import { GraphQLList, GraphQLNonNull, type GraphQLOutputType } from 'graphql';

/** A type that is never null. */
export const required = <T extends GraphQLOutputType>(type: T) => new GraphQLNonNull(type as never);

/** A list that is never null, of values that are never null. */
export const listOf = (type: GraphQLOutputType) => new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type as never)));
