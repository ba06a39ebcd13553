import { GraphQLBoolean, GraphQLInt, GraphQLObjectType, GraphQLString } from 'graphql';
import type { ConditionChange, EventSeen, Happened, KindCount } from '#history';
import type { GraphContext } from './context.js';
import { listOf, required } from './output-types.js';
import { Int64, Time } from './scalars.js';

const countType = new GraphQLObjectType<KindCount, GraphContext>({
  name: 'KindCount',
  description: 'How many objects of a kind were written.',
  fields: {
    kind: { type: required(GraphQLString), description: 'Which one: Pod.' },
    created: { type: required(GraphQLInt), description: 'Those that are new.' },
    updated: { type: required(GraphQLInt), description: 'Those that were changed, each write counted.' },
    deleted: { type: required(GraphQLInt), description: 'Those that are gone.' },
  },
});

const conditionType = new GraphQLObjectType<ConditionChange, GraphContext>({
  name: 'ConditionChange',
  description: 'A condition of an object that was added, or has another status or reason.',
  fields: {
    object: { type: required(GraphQLString), description: 'Whose condition it is: pod/web, pod/shop/web.' },
    type: { type: required(GraphQLString), description: 'Which condition: Ready, Available …' },
    from: { type: GraphQLString, description: 'Null: the condition is new.' },
    to: { type: required(GraphQLString), description: 'The status that it has now: True, False, Unknown.' },
    reason: { type: GraphQLString, description: 'The word that the component gives for it: MinimumReplicasAvailable.' },
    message: { type: GraphQLString, description: 'What the component says of it.' },
    at: { type: required(Time), description: 'When it was written, in the time of the cluster.' },
  },
});

const eventType = new GraphQLObjectType<EventSeen, GraphContext>({
  name: 'EventSeen',
  description: 'An Event that was recorded, or counted again.',
  fields: {
    object: { type: required(GraphQLString), description: 'What it is about: pod/web, pod/shop/web.' },
    type: { type: GraphQLString, description: 'Normal or Warning.' },
    reason: { type: GraphQLString, description: 'The word for what happened: Scheduled, FailedMount.' },
    message: { type: GraphQLString, description: 'What the component says of it.' },
    count: { type: required(GraphQLInt), description: 'How many times it has been seen.' },
    at: { type: required(Time), description: 'When it was written, in the time of the cluster.' },
  },
});

/** What happened between two revisions. */
export const happenedType = new GraphQLObjectType<Happened, GraphContext>({
  name: 'Happened',
  description: 'What was written between two revisions.',
  fields: {
    from: { type: required(Int64), description: 'The revision after which it happened.' },
    to: { type: required(Int64), description: 'The last revision of it.' },
    writes: { type: required(GraphQLInt), description: 'The number of writes.' },
    kinds: { type: listOf(countType), description: 'How many objects of each kind were written.' },
    conditions: { type: listOf(conditionType), description: 'The conditions that changed.' },
    events: { type: listOf(eventType), description: 'The Events that were recorded, or counted again.' },
    truncated: { type: required(GraphQLBoolean), description: 'Only the newest conditions and events are listed.' },
  },
});
