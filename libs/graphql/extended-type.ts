import { type GraphQLFieldConfigMap, type GraphQLFieldMap, GraphQLObjectType } from 'graphql';
import type { GraphContext } from './context.js';

type Fields = GraphQLFieldConfigMap<unknown, GraphContext>;

/** An object type like another one, whose fields it shares, with more fields, or others of the same names. */
export class ExtendedType extends GraphQLObjectType<unknown, GraphContext> {
  private all: GraphQLFieldMap<unknown, GraphContext> | undefined;

  constructor(
    private readonly base: GraphQLObjectType<unknown, GraphContext>,
    fields: Fields,
  ) {
    super({ name: base.name, description: base.description, fields });
  }

  override getFields(): GraphQLFieldMap<unknown, GraphContext> {
    this.all ??= { ...this.base.getFields(), ...super.getFields() };
    return this.all;
  }
}
