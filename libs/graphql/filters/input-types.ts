import {
  GraphQLBoolean,
  type GraphQLEnumType,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  getNamedType,
} from 'graphql';
import { derivedName, type Struct } from '../shapes/shape.js';
import { type Asked, askedFields } from './asked.js';
import * as leaf from './leaf-types.js';

const { NumberFilter } = leaf;
const several = (type: GraphQLInputType) => new GraphQLList(new GraphQLNonNull(type));

const filters: Record<Exclude<Asked['of'], 'object' | 'enum' | 'list'>, GraphQLInputType> = {
  text: leaf.StringFilter,
  number: NumberFilter,
  boolean: leaf.BooleanFilter,
  quantity: leaf.QuantityFilter,
  time: leaf.TimeFilter,
  intOrString: leaf.IntOrStringFilter,
  texts: several(leaf.MapFilter),
  amounts: leaf.ResourceListFilter,
  json: several(leaf.JsonFilter),
};

const orders: Partial<Record<Asked['of'], GraphQLInputType>> = {
  texts: leaf.KeyOrder,
  amounts: leaf.ResourceListOrder,
  json: leaf.JsonOrder,
  list: leaf.ListOrder,
};

/** Made once for each type; those of custom kinds go with them. */
class Made<K extends object> {
  private readonly made = new WeakMap<K, GraphQLInputObjectType>();

  of(key: K, make: () => GraphQLInputObjectType): GraphQLInputObjectType {
    const known = this.made.get(key);
    if (known) return known;
    const type = make();
    this.made.set(key, type);
    return type;
  }
}

/** Enums of custom kinds have an underscore in their names, as the types of their structs have: see `derivedName`. */
const filterName = (type: GraphQLEnumType): string => `${type.name}${type.name.includes('_') ? '_' : ''}Filter`;

/** The input types of `where` and `orderBy`, derived from the same structs as the types of the answers. */
export class FilterTypes {
  private readonly wheres = new Made<object>();
  private readonly lists = new Made<object>();
  private readonly orders = new Made<object>();

  /** The conditions on objects of a struct. */
  where(struct: Struct): GraphQLInputObjectType {
    return this.wheres.of(struct, () => {
      const where: GraphQLInputObjectType = new GraphQLInputObjectType({
        name: derivedName(struct, 'Where'),
        description: `A condition on ${struct.name}. All that are given must hold.`,
        fields: () => ({
          and: { type: several(where) },
          or: { type: several(where) },
          not: { type: where },
          isNull: { type: GraphQLBoolean },
          ...Object.fromEntries([...askedFields(struct)].map(([name, { asked }]) => [name, { type: this.filter(asked) }])),
        }),
      });
      return where;
    });
  }

  private filter(asked: Asked): GraphQLInputType {
    switch (asked.of) {
      case 'object':
        return this.where(asked.struct);
      case 'enum':
        return this.wheres.of(asked.type, () => leaf.enumFilter(filterName(asked.type), asked.type));
      case 'list':
        return this.listFilter(asked.items);
      default:
        return filters[asked.of];
    }
  }

  private listFilter(items: Asked): GraphQLInputType {
    const item = this.filter(items);
    const named = getNamedType(item) as GraphQLInputObjectType;
    return this.lists.of(
      named,
      () =>
        new GraphQLInputObjectType({
          name: items.of === 'object' ? derivedName(items.struct, 'ListWhere') : named.name.replace(/Filter$/, 'ListFilter'),
          description: 'A condition on a list. All that are given must hold.',
          fields: {
            some: { type: item, description: 'Holds for at least one item.' },
            every: { type: item, description: 'Holds for every item; of an empty list, too.' },
            none: { type: item, description: 'Holds for no item.' },
            count: { type: NumberFilter, description: 'The number of items.' },
            isNull: { type: GraphQLBoolean },
          },
        }),
    );
  }

  /** What objects of a struct can be ordered by. */
  order(struct: Struct): GraphQLInputObjectType {
    return this.orders.of(
      struct,
      () =>
        new GraphQLInputObjectType({
          name: derivedName(struct, 'Order'),
          description: `What ${struct.name} is ordered by: one field.`,
          fields: () =>
            Object.fromEntries(
              [...askedFields(struct)].map(([name, { asked }]) => [
                name,
                { type: asked.of === 'object' ? this.order(asked.struct) : (orders[asked.of] ?? leaf.Direction) },
              ]),
            ),
        }),
    );
  }
}
