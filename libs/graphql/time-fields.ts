import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLFloat,
  GraphQLInputObjectType,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { GraphContext } from './context.js';
import { costs, logEntries, oneObject } from './cost/points.js';
import { badInput } from './errors.js';
import { happenedType } from './happened-type.js';
import { required } from './output-types.js';
import { withoutNulls } from './queries.js';
import { Time } from './scalars.js';
import { stream } from './stream.js';
import { lengthOf } from './text/length.js';
import type { GraphAdvance, GraphClock, GraphTick, GraphTime } from './time.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

/** The time of the cluster; throws where there is no platform that keeps it. */
export function timeOf({ time }: GraphContext): GraphTime {
  if (time === undefined) throw badInput('the time of this cluster cannot be turned here');
  return time;
}

const clockFields = {
  mode: { type: required(GraphQLString), description: 'real, scaled, frozen or stepped.' },
  rate: { type: GraphQLFloat, description: 'How many times as fast as the machine.' },
  now: { type: Time, description: 'Null: the time of the machine.' },
  target: { type: Time, description: 'Set while it is being advanced.' },
  failure: { type: GraphQLString, description: 'Why the last advance was given up.' },
};

const clockType = new GraphQLObjectType<GraphClock, GraphContext>({
  name: 'Clock',
  description: 'The clock of a cluster, by which all its components go.',
  fields: clockFields,
});

const tickType = new GraphQLObjectType<GraphTick, GraphContext>({
  name: 'ClockTick',
  description: 'The clock as it moves, and what was written meanwhile.',
  fields: { ...clockFields, happened: { type: required(happenedType), description: 'What was written since the tick before.' } },
});

const advanceType = new GraphQLObjectType<GraphAdvance, GraphContext>({
  name: 'ClockAdvance',
  description: 'What came of advancing the clock.',
  fields: {
    now: { type: required(Time), description: 'The time of the cluster afterwards.' },
    target: { type: Time, description: 'Set if it is still under way.' },
    met: { type: GraphQLBoolean, description: 'Whether what it had to end with came.' },
    reason: { type: GraphQLString, description: 'Why the expression had no value at the end.' },
    happened: { type: required(happenedType), description: 'What was written in it.' },
  },
});

const text = (description?: string) => ({ type: GraphQLString, ...(description !== undefined && { description }) });

const untilType = new GraphQLInputObjectType({
  name: 'AdvanceUntil',
  description: 'quiet, or one state of one object or of all that are selected of a resource.',
  fields: {
    quiet: text('For how long nothing was written: 30s.'),
    object: text('Resource and name: deployment/web.'),
    resource: text('Instead of one object, all of a resource: pods.'),
    labelSelector: text('Which of them.'),
    namespace: text('Default: default.'),
    allNamespaces: { type: GraphQLBoolean, description: 'true: of the resource, those of all namespaces.' },
    for: text("As kubectl wait --for: condition=Ready, jsonpath='{.status.phase}'=Running, create, delete."),
    expression: text('CEL over object, or over objects of the resource.'),
  },
});

/** The query of the clock. */
export const clockField: Field = {
  type: required(clockType),
  description: 'The clock of the cluster.',
  ...costs(oneObject),
  resolve: (_root, _given, context) => timeOf(context).clock(),
};

/** The subscription that follows the clock. */
export const followClockField: Field = {
  type: required(tickType),
  description: 'The clock as it moves, a few times a second at most, with what was written meanwhile: counts, conditions, events.',
  ...costs(oneObject),
  resolve: (tick) => tick,
  async subscribe(_root, _given, context) {
    const time = timeOf(context);
    return stream<GraphTick>({ lengthOf, open: ({ push, end }) => time.follow({ next: push, end }) });
  },
};

const advanceArguments: GraphQLFieldConfigArgumentMap = {
  by: text('How far: 30s, 10m, 1h30m.'),
  to: { type: Time, description: 'Alternatively: up to this time.' },
  until: { type: untilType, description: 'What ends it before; without by and to, it ends after 1h at the latest.' },
  wait: text('How long to wait for the answer; default 5m.'),
};

interface AdvanceArguments {
  by?: string;
  to?: string;
  until?: object;
  wait?: string;
}

/** The mutations of the clock. */
export const clockMutations: Readonly<Record<string, Field>> = {
  advanceClock: {
    type: required(advanceType),
    description: 'Advances a stepped clock; answers with what happened.',
    ...costs(logEntries),
    args: advanceArguments,
    resolve(_root, given: AdvanceArguments, context) {
      const { until, ...others } = withoutNulls(given);
      return timeOf(context).advance({ ...others, ...(until && { until: withoutNulls(until) }) });
    },
  },
  cancelAdvance: {
    type: required(GraphQLBoolean),
    description: 'Stops an advance where it is. False if the clock is not being advanced.',
    ...costs(oneObject),
    resolve: (_root, _given, context) => timeOf(context).cancel(),
  },
  changeClock: {
    type: required(clockType),
    description: 'Changes the mode of the clock; time goes on from where it is.',
    ...costs(oneObject),
    args: {
      mode: { type: required(GraphQLString), description: 'real, scaled, frozen or stepped.' },
      rate: { type: GraphQLFloat, description: 'Of a scaled clock: how many times as fast as the machine; default 60.' },
    },
    resolve: (_root, given: { mode: string; rate?: number }, context) => timeOf(context).change(withoutNulls(given)),
  },
};
