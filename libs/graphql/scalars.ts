import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLFloat,
  GraphQLInt,
  GraphQLScalarType,
  GraphQLString,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Shape } from './shapes/shape.js';

type Variables = Parameters<GraphQLScalarType['parseLiteral']>[1];

/** The value of a literal. Variables in it have no value yet while the document is validated. */
const literal = (node: ValueNode, variables: Variables): unknown => valueFromASTUntyped(node, variables);

function scalar(name: string, description: string, accept: (value: unknown) => boolean): GraphQLScalarType {
  const check = (value: unknown): unknown => {
    if (!accept(value)) throw new GraphQLError(`${name} cannot represent ${JSON.stringify(value)?.slice(0, 100)}`);
    return value;
  };
  return new GraphQLScalarType({
    name,
    description,
    serialize: (value) => value,
    parseValue: check,
    parseLiteral: (node, variables) => check(literal(node, variables)),
  });
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** An object whose members are accepted; those that are variables without a value are left out. */
const isMapOf =
  (accept: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((member) => member === undefined || accept(member));

/** A 64-bit integer; GraphQL's own Int has 32. Written as a JSON number. */
export const Int64 = new GraphQLScalarType({
  name: 'Int64',
  description: 'A 64-bit integer, written as a JSON number.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw new GraphQLError(`Int64 cannot represent ${JSON.stringify(value)}`);
    return value;
  },
  parseLiteral: (node) => {
    if (node.kind !== Kind.INT) throw new GraphQLError('Int64 must be written as an integer');
    return Number(node.value);
  },
});

/** Any JSON value. */
export const Json = scalar('JSON', 'Any JSON value.', () => true);

/** A map from strings to strings, such as labels. */
export const StringMap = scalar('StringMap', 'A map from strings to strings, such as labels and annotations.', isMapOf(isText));

/** A point in time, RFC 3339. */
export const Time = scalar('Time', 'A point in time in RFC 3339 form, UTC.', isText);

const isAmount = (value: unknown): boolean => isText(value) || Number.isFinite(value);

/** An amount in Kubernetes' notation. */
export const Quantity = scalar('Quantity', 'An amount with a suffix: 500m, 2Gi, 1.5; as an input also a number.', isAmount);

/** Amounts by the names of resources, as an input. */
export const QuantityMap = scalar('QuantityMap', 'Amounts by the names of resources: {cpu: "500m", memory: "1Gi"}.', isMapOf(isAmount));

/** An integer, or a name or percentage. */
export const IntOrString = scalar(
  'IntOrString',
  'A whole number, or a string such as a port name or 25%.',
  (value) => isText(value) || Number.isInteger(value),
);

type Several = 'enum' | 'list' | 'struct' | 'structsByKey' | 'amounts';

/** The scalars of shapes that are the same in answers and in inputs. */
export const scalarsOfShapes: Readonly<Record<Exclude<Shape['of'], Several>, GraphQLScalarType>> = {
  text: GraphQLString,
  bytes: GraphQLString,
  int32: GraphQLInt,
  int64: Int64,
  double: GraphQLFloat,
  boolean: GraphQLBoolean,
  quantity: Quantity,
  time: Time,
  intOrString: IntOrString,
  json: Json,
  texts: StringMap,
  bytesByKey: StringMap,
};
