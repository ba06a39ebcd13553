import {
  GraphQLEnumType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLString,
} from 'graphql';
import { formatTime, type KubeObject, Quantity } from '#apimachinery';
import { checkLimit } from '../check-limit.js';
import type { GraphContext } from '../context.js';
import { limits } from '../limits.js';
import { listOf, required } from '../output-types.js';
import { Json } from '../scalars.js';
import { amount, unitArgument } from '../values/quantities.js';
import { type Form, formArgument, shownTime } from '../values/times.js';
import { groupKey, Tally } from './aggregate.js';
import { type FieldPath, fieldPath, type Subject } from './field-path.js';
import { compare } from './scales.js';
import { Top } from './top.js';

/** The objects that are aggregated. */
export interface Aggregated {
  readonly subject: Subject;
  readonly objects: readonly KubeObject[];
}

interface Group extends Aggregated {
  readonly key: string | number | boolean | null;
}

interface FieldArguments {
  readonly field: string;
  readonly unit?: number | null;
  readonly as?: Form | null;
}

const Measure = new GraphQLScalarType({
  name: 'Measure',
  description: 'A number, an amount such as 1500m, a time, or a text.',
  serialize: (value) => value,
});

const GroupOrder = new GraphQLEnumType({
  name: 'GroupOrder',
  description: 'How groups are ordered.',
  values: { COUNT: { description: 'Those with most objects first.' }, KEY: { description: 'By what they have in common.' } },
});

/** Calls back with the values of each object. Others get their turn in between. */
async function visitValues(
  { objects }: Aggregated,
  field: FieldPath,
  context: GraphContext,
  each: (object: KubeObject, values: readonly unknown[]) => void,
) {
  for (const object of objects) {
    const wait = context.meter.turn();
    if (wait) await wait;
    const values = field.values(object, context);
    each(object, values instanceof Promise ? await values : values);
  }
}

async function tallyOf(source: Aggregated, path: string, context: GraphContext): Promise<{ field: FieldPath; tally: Tally }> {
  const field = fieldPath(source.subject, path);
  const tally = new Tally(field);
  await visitValues(source, field, context, (_object, values) => {
    for (const value of values) tally.add(value);
  });
  return { field, tally };
}

/** A value as the arguments ask for it: amounts in a unit, times in a form. */
function shown(value: unknown, { asked }: FieldPath, { unit, as }: FieldArguments, { now }: GraphContext): unknown {
  if (value === undefined) return null;
  if (asked.of === 'quantity') return amount(String(value), { unit: unit ?? null });
  if (asked.of === 'time') return shownTime(String(value), as ?? 'text', now());
  return value;
}

const fieldArgument = {
  field: {
    type: required(GraphQLString),
    description: 'A field: spec.replicas, metadata.labels[app], spec.containers.image, requests.cpu, node.metadata.name.',
  },
};

const measureArguments = { ...fieldArgument, ...unitArgument, ...formArgument };

async function groupsOf(
  source: Aggregated,
  path: string,
  context: GraphContext,
): Promise<Map<Group['key'], Group & { objects: KubeObject[] }>> {
  const field = fieldPath(source.subject, path);
  const groups = new Map<Group['key'], Group & { objects: KubeObject[] }>();
  await visitValues(source, field, context, (object, values) => {
    const keys = new Set(values.map((value) => groupKey(field, value) ?? null));
    if (keys.size === 0) keys.add(null);
    for (const key of keys) {
      const group = groups.get(key);
      if (group) group.objects.push(object);
      else groups.set(key, { key, subject: source.subject, objects: [object] });
    }
  });
  return groups;
}

const keyOf = ({ key }: Group): string | number => (typeof key === 'boolean' ? Number(key) : (key ?? ''));
/** Objects without a value come last. */
const byKey = (a: Group, b: Group): number => Number(a.key === null) - Number(b.key === null) || compare(keyOf(a), keyOf(b));

/** What many objects are together: a field of lists and of relations. */
export const Aggregate = new GraphQLObjectType<Aggregated, GraphContext>({
  name: 'Aggregate',
  description: 'What many objects are together.',
  fields: () => aggregateFields,
});

const AggregateGroup: GraphQLObjectType = new GraphQLObjectType<Group, GraphContext>({
  name: 'AggregateGroup',
  description: 'The objects that have a value in common.',
  fields: () => ({
    key: { type: Json, description: 'The value that they have in common; null: they have none.' },
    ...aggregateFields,
  }),
});

const extreme = (which: 'min' | 'max', description: string): GraphQLFieldConfig<Aggregated, GraphContext> => ({
  type: Measure,
  description,
  args: measureArguments,
  async resolve(source, args: FieldArguments, context) {
    const { field, tally } = await tallyOf(source, args.field, context);
    return shown(tally[which](), field, args, context);
  },
});

const aggregateFields: GraphQLFieldConfigMap<Aggregated, GraphContext> = {
  count: { type: required(GraphQLInt), description: 'How many objects there are.', resolve: ({ objects }) => objects.length },
  sum: {
    type: Measure,
    description: 'The sum of a field that is a number or an amount.',
    args: { ...fieldArgument, ...unitArgument },
    async resolve(source, args: FieldArguments, context) {
      const { field, tally } = await tallyOf(source, args.field, context);
      const total = tally.total();
      return total instanceof Quantity ? shown(total, field, args, context) : total;
    },
  },
  avg: {
    type: Measure,
    description: 'The mean of a field that is a number, an amount (without `unit` a number of cores, bytes, pieces) or a time.',
    args: measureArguments,
    async resolve(source, args: FieldArguments, context) {
      const { field, tally } = await tallyOf(source, args.field, context);
      const mean = tally.mean();
      if (mean === undefined) return null;
      return field.asked.of === 'time' ? shown(formatTime(mean), field, args, context) : mean / (args.unit ?? 1);
    },
  },
  min: extreme('min', 'The least value of a field; of a time: the oldest.'),
  max: extreme('max', 'The greatest value of a field; of a time: the newest.'),
  distinct: {
    type: required(GraphQLInt),
    description: 'How many different values of a field there are.',
    args: fieldArgument,
    async resolve(source, { field }: FieldArguments, context) {
      const groups = await groupsOf(source, field, context);
      return groups.size - (groups.has(null) ? 1 : 0);
    },
  },
  groupBy: {
    type: listOf(AggregateGroup),
    description: 'The objects by their value of a field. An object with several values, as containers have images, is in several groups.',
    args: {
      ...fieldArgument,
      orderBy: { type: required(GroupOrder), defaultValue: 'COUNT', description: 'Which groups come first.' },
      limit: { type: GraphQLInt, defaultValue: limits.pageSize, description: `The maximum number of groups, at most ${limits.groups}.` },
    },
    async resolve(source, { field, limit, orderBy }: { field: string; limit?: number | null; orderBy: string }, context) {
      const most = limit ?? limits.pageSize;
      checkLimit(most, limits.groups);
      const order = orderBy === 'KEY' ? byKey : (a: Group, b: Group) => b.objects.length - a.objects.length || byKey(a, b);
      const top = new Top<Group>(most, order);
      for (const group of (await groupsOf(source, field, context)).values()) {
        const wait = context.meter.turn();
        if (wait) await wait;
        top.add(group);
      }
      return top.inOrder(() => context.meter.turn());
    },
  },
};
