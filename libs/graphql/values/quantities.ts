import { GraphQLEnumType, type GraphQLFieldConfig, type GraphQLFieldConfigArgumentMap, GraphQLObjectType, GraphQLString } from 'graphql';
import { getOwn, parseQuantity } from '#apimachinery';
import type { GraphContext } from '../context.js';
import { listOf, required } from '../output-types.js';
import { Json, Quantity } from '../scalars.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;
/** A ResourceList of the API: amounts by the names of resources. */
type Amounts = Readonly<Record<string, string>>;

const unit = (value: number, description: string) => ({ value, description });

const QuantityUnit = new GraphQLEnumType({
  name: 'QuantityUnit',
  description: 'What an amount is counted in.',
  values: {
    ONE: unit(1, 'Cores, bytes, pieces.'),
    MILLI: unit(1e-3, 'Thousandths: m.'),
    KILO: unit(1e3, '1,000.'),
    MEGA: unit(1e6, '1,000,000.'),
    GIGA: unit(1e9, '1,000,000,000.'),
    KIBI: unit(2 ** 10, 'Ki: 1,024.'),
    MEBI: unit(2 ** 20, 'Mi: 1,024 Ki.'),
    GIBI: unit(2 ** 30, 'Gi: 1,024 Mi.'),
    TEBI: unit(2 ** 40, 'Ti: 1,024 Gi.'),
  },
});

/** The argument for what an amount is counted in. */
export const unitArgument: GraphQLFieldConfigArgumentMap = {
  unit: { type: QuantityUnit, description: 'Answers with a number of these; default: the text, such as 500m.' },
};

interface UnitArguments {
  unit?: number | null;
}

/** The amount in its notation, or as a number of units. */
export function amount(text: string | number | undefined, { unit: of }: UnitArguments): string | number | undefined {
  if (text === undefined || text === null || !of) return text;
  const quantity = parseQuantity(text);
  // Thousandths are exact as such: 0.1 cores are 100 of them.
  return of < 1 ? quantity.milliValue() : quantity.toNumber() / of;
}

/** A field that is an amount. */
export const quantityField = (name: string): Field => ({
  type: Quantity,
  args: unitArgument,
  resolve: (source, args: UnitArguments) => amount((source as Record<string, string>)[name], args),
});

const named = (resource: string, description: string): Field => ({
  type: Quantity,
  description,
  args: unitArgument,
  resolve: (amounts, args: UnitArguments) => amount((amounts as Amounts)[resource], args),
});

const ResourceAmount = new GraphQLObjectType<readonly [string, string], GraphContext>({
  name: 'ResourceAmount',
  description: 'The amount of one resource.',
  fields: {
    resource: { type: required(GraphQLString), description: 'cpu, memory, nvidia.com/gpu …', resolve: ([name]) => name },
    amount: {
      type: required(Quantity),
      description: 'How much of it, in its notation or counted in `unit`.',
      args: unitArgument,
      resolve: ([, text], args: UnitArguments) => amount(text, args),
    },
  },
});

/** Amounts of resources, each by its name. */
export const ResourceList = new GraphQLObjectType<unknown, GraphContext>({
  name: 'ResourceList',
  description: 'Amounts of resources.',
  fields: {
    cpu: named('cpu', 'In cores.'),
    memory: named('memory', 'In bytes.'),
    storage: named('storage', 'In bytes.'),
    ephemeralStorage: named('ephemeral-storage', 'In bytes.'),
    pods: named('pods', 'A number of pods.'),
    of: {
      type: Quantity,
      description: 'Of any resource; null if there is none.',
      args: { resource: { type: required(GraphQLString), description: 'cpu, nvidia.com/gpu …' }, ...unitArgument },
      resolve: (amounts, { resource, ...args }: { resource: string } & UnitArguments) => amount(getOwn(amounts as Amounts, resource), args),
    },
    all: {
      type: listOf(ResourceAmount),
      description: 'Of every resource there is, by name.',
      resolve: (amounts) => Object.entries(amounts as Amounts).sort(([a], [b]) => (a < b ? -1 : 1)),
    },
    json: { type: required(Json), description: 'All as one JSON object.', resolve: (amounts) => amounts },
  },
});
