import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLString,
} from 'graphql';
import { nullableListOf, required } from '../output-types.js';
import { IntOrString, Json, Quantity, Time } from '../scalars.js';

/** The operator `isNull`. */
export const absence = { type: GraphQLBoolean, description: 'true: there is no value; false: there is one.' };

const OTHER = 'Is anything else. Holds for what has no value, too.';

/** Equal, unequal, one of several, or none at all. What has no value is unequal to every value. */
const equality = (type: GraphQLInputType): GraphQLInputFieldConfigMap => ({
  eq: { type, description: 'Is this.' },
  ne: { type, description: OTHER },
  in: { type: nullableListOf(type), description: 'Is one of these.' },
  notIn: { type: nullableListOf(type), description: 'Is none of these. Holds for what has no value, too.' },
  isNull: absence,
});

const order = (type: GraphQLInputType): GraphQLInputFieldConfigMap => ({
  lt: { type, description: 'Less than this.' },
  lte: { type, description: 'Less than this, or equal.' },
  gt: { type, description: 'More than this.' },
  gte: { type, description: 'More than this, or equal.' },
});

const parts: GraphQLInputFieldConfigMap = {
  contains: { type: GraphQLString, description: 'Has this in it somewhere.' },
  startsWith: { type: GraphQLString, description: 'Begins so.' },
  endsWith: { type: GraphQLString, description: 'Ends so.' },
  ignoreCase: { type: GraphQLBoolean, description: 'true: upper and lower case are the same for all of this filter.' },
};

const filter = (name: string, description: string, fields: GraphQLInputFieldConfigMap): GraphQLInputObjectType =>
  new GraphQLInputObjectType({ name, description, fields });

export const NumberFilter = filter('NumberFilter', 'A condition on a number. All that are given must hold.', {
  ...equality(GraphQLFloat),
  ...order(GraphQLFloat),
});

export const StringFilter = filter('StringFilter', 'A condition on a text. All that are given must hold.', {
  ...equality(GraphQLString),
  ...order(GraphQLString),
  ...parts,
});

export const BooleanFilter = filter('BooleanFilter', 'A condition on a boolean.', {
  eq: { type: GraphQLBoolean, description: 'Is this.' },
  ne: { type: GraphQLBoolean, description: OTHER },
  isNull: absence,
});

export const QuantityFilter = filter('QuantityFilter', 'A condition on an amount: 500m is less than 1, 1Gi more than 1G.', {
  ...equality(Quantity),
  ...order(Quantity),
});

export const TimeFilter = filter('TimeFilter', 'A condition on a point in time. All that are given must hold.', {
  eq: { type: Time, description: 'Is this.' },
  ne: { type: Time, description: OTHER },
  before: { type: Time, description: 'Earlier than this.' },
  after: { type: Time, description: 'Later than this.' },
  olderThan: { type: GraphQLString, description: 'Longer ago than this by the cluster’s clock: 90s, 1h30m, 7d.' },
  youngerThan: { type: GraphQLString, description: 'Less long ago than this by the cluster’s clock, or to come.' },
  isNull: absence,
});

export const IntOrStringFilter = filter('IntOrStringFilter', 'A condition on a number or text, such as a port.', {
  ...equality(IntOrString),
  number: { type: NumberFilter, description: 'Holds for numbers alone.' },
  text: { type: StringFilter, description: 'Holds for texts alone.' },
});

/** For one entry of a map of texts; a list of them is a condition on the map. */
export const MapFilter = filter('MapFilter', 'A condition on an entry of a map: { key: "app", eq: "web" }.', {
  key: { type: GraphQLString, description: 'The key of the entry; default: the condition holds for some entry.' },
  ...equality(GraphQLString),
  ...order(GraphQLString),
  ...parts,
});

/** For a value below a field of any content; a list of them is a condition on the field. */
export const JsonFilter = filter('JSONFilter', 'A condition on a value somewhere in JSON: { path: "size", gt: 3 }.', {
  path: {
    type: GraphQLString,
    description: 'Where it is: rules.host, labels[example.com/a]. In lists the condition holds for some item. Default: the value itself.',
  },
  ...equality(Json),
  ...order(Json),
  ...parts,
});

const amountOf = (what: string) => ({ type: QuantityFilter, description: `The amount of ${what}.` });

const ResourceFilter = filter('ResourceFilter', 'A condition on the amount of a resource.', {
  resource: { type: required(GraphQLString), description: 'cpu, nvidia.com/gpu …' },
  ...QuantityFilter.toConfig().fields,
});

export const ResourceListFilter = filter('ResourceListFilter', 'A condition on amounts of resources. All that are given must hold.', {
  cpu: amountOf('CPU, in cores: 500m'),
  memory: amountOf('memory, in bytes: 2Gi'),
  storage: amountOf('storage of volumes, in bytes'),
  ephemeralStorage: amountOf('storage on the node, in bytes'),
  pods: amountOf('pods'),
  of: { type: nullableListOf(ResourceFilter), description: 'Of any resources.' },
  isNull: absence,
});

/** A condition on a value of an enum. */
export const enumFilter = (name: string, type: GraphQLEnumType): GraphQLInputObjectType =>
  filter(name, `A condition on ${type.name}.`, equality(type));

export const Direction = new GraphQLEnumType({
  name: 'Direction',
  description: 'How a list is ordered. What has no value comes last either way.',
  values: { ASC: { description: 'From small to large, from old to new.' }, DESC: { description: 'From large to small, from new to old.' } },
});

const direction = { direction: { type: required(Direction), defaultValue: 'ASC', description: 'Which values come first.' } };

export const KeyOrder = filter('KeyOrder', 'Ordered by one entry of a map.', {
  key: { type: required(GraphQLString), description: 'Which entry: app.' },
  ...direction,
});

export const JsonOrder = filter('JSONOrder', 'Ordered by a value somewhere in JSON.', {
  path: { type: GraphQLString, description: 'Where it is: size, rules.host. Default: the value itself.' },
  ...direction,
});

export const ListOrder = filter('ListOrder', 'Ordered by a list.', {
  count: { type: Direction, description: 'By the number of its items.' },
});

const ResourceOrder = filter('ResourceOrder', 'Ordered by the amount of a resource.', {
  resource: { type: required(GraphQLString), description: 'cpu, nvidia.com/gpu …' },
  ...direction,
});

const byAmountOf = (what: string) => ({ type: Direction, description: `By the amount of ${what}.` });

export const ResourceListOrder = filter('ResourceListOrder', 'Ordered by the amount of one resource.', {
  cpu: byAmountOf('CPU'),
  memory: byAmountOf('memory'),
  storage: byAmountOf('storage of volumes'),
  ephemeralStorage: byAmountOf('storage on the node'),
  pods: byAmountOf('pods'),
  of: { type: ResourceOrder, description: 'Of any resource.' },
});
