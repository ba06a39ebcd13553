import { type GraphQLEnumType, type GraphQLInputFieldConfig, GraphQLInputObjectType, type GraphQLInputType, getNamedType } from 'graphql';
import { memoized } from '#apimachinery';
import { nullableListOf } from '../output-types.js';
import { derivedName, type Struct } from '../shapes/shape.js';
import { summaryOf } from '../shapes/summary.js';
import { type Asked, type AskedField, askedFields } from './asked.js';
import * as leaf from './leaf-types.js';

const { NumberFilter, absence } = leaf;

const filters: Record<Exclude<Asked['of'], 'object' | 'enum' | 'list'>, GraphQLInputType> = {
  text: leaf.StringFilter,
  number: NumberFilter,
  boolean: leaf.BooleanFilter,
  quantity: leaf.QuantityFilter,
  time: leaf.TimeFilter,
  intOrString: leaf.IntOrStringFilter,
  texts: nullableListOf(leaf.MapFilter),
  amounts: leaf.ResourceListFilter,
  json: nullableListOf(leaf.JsonFilter),
};

const orders: Partial<Record<Asked['of'], GraphQLInputType>> = {
  texts: leaf.KeyOrder,
  amounts: leaf.ResourceListOrder,
  json: leaf.JsonOrder,
  list: leaf.ListOrder,
};

/**
 * What a field of an object is, for questions about it. `undeprecated`: most clients do not ask for deprecated fields of inputs, and refuse
 * a type without any other.
 */
const about = (
  { description, deprecated }: AskedField,
  undeprecated = false,
): Pick<GraphQLInputFieldConfig, 'description' | 'deprecationReason'> => ({
  description: summaryOf(description),
  ...(deprecated && !undeprecated && { deprecationReason: deprecated }),
});

/** Enums of custom kinds have an underscore in their names, as the types of their structs have: see `derivedName`. */
const filterName = (type: GraphQLEnumType): string => `${type.name}${type.name.includes('_') ? '_' : ''}Filter`;

/** The input types of `where` and `orderBy`, derived from the same structs as the types of the answers. Those of custom kinds go with them. */
export class FilterTypes {
  /** The conditions on objects of a struct. */
  readonly where = memoized((struct: Struct): GraphQLInputObjectType => {
    const where: GraphQLInputObjectType = new GraphQLInputObjectType({
      name: derivedName(struct, 'Where'),
      description: `A condition on ${struct.name}. All that are given must hold.`,
      fields: () => ({
        and: { type: nullableListOf(where), description: 'All of these hold.' },
        or: { type: nullableListOf(where), description: 'At least one of these holds.' },
        not: { type: where, description: 'This does not hold.' },
        isNull: absence,
        ...Object.fromEntries([...askedFields(struct)].map(([name, field]) => [name, { type: this.filter(field.asked), ...about(field) }])),
      }),
    });
    return where;
  });

  private readonly enumFilter = memoized((type: GraphQLEnumType) => leaf.enumFilter(filterName(type), type));

  private filter(asked: Asked): GraphQLInputType {
    switch (asked.of) {
      case 'object':
        return this.where(asked.struct);
      case 'enum':
        return this.enumFilter(asked.type);
      case 'list':
        return this.listFilter(this.filter(asked.items));
      default:
        return filters[asked.of];
    }
  }

  /** By the filter of the items: WidgetWhere → WidgetListWhere, StringFilter → StringListFilter. */
  private readonly listFilter = memoized(
    (item: GraphQLInputType) =>
      new GraphQLInputObjectType({
        name: getNamedType(item).name.replace(/(Where|Filter)$/, 'List$1'),
        description: 'A condition on a list. All that are given must hold.',
        fields: {
          some: { type: item, description: 'Holds for at least one item.' },
          every: { type: item, description: 'Holds for every item; of an empty list, too.' },
          none: { type: item, description: 'Holds for no item.' },
          count: { type: NumberFilter, description: 'The number of items.' },
          isNull: absence,
        },
      }),
  );

  /** What objects of a struct can be ordered by. */
  readonly order = memoized(
    (struct: Struct): GraphQLInputObjectType =>
      new GraphQLInputObjectType({
        name: derivedName(struct, 'Order'),
        description: `What ${struct.name} is ordered by: one field.`,
        fields: () => {
          const fields = [...askedFields(struct)];
          const all = fields.every(([, { deprecated }]) => deprecated);
          return Object.fromEntries(fields.map(([name, field]) => [name, { type: this.orderOf(field.asked), ...about(field, all) }]));
        },
      }),
  );

  private orderOf(asked: Asked): GraphQLInputType {
    return asked.of === 'object' ? this.order(asked.struct) : (orders[asked.of] ?? leaf.Direction);
  }
}
