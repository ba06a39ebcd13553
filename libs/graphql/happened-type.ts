import { GraphQLBoolean, GraphQLInt, GraphQLObjectType, GraphQLString } from 'graphql';
import type { ConditionChange, EventSeen, Happened, KindCount } from '#history';
import type { GraphContext } from './context.js';
import { listOf, required } from './output-types.js';
import { Int64, Time } from './scalars.js';

const countType = new GraphQLObjectType<KindCount, GraphContext>({
  name: 'KindCount',
  fields: {
    kind: { type: required(GraphQLString) },
    created: { type: required(GraphQLInt) },
    updated: { type: required(GraphQLInt) },
    deleted: { type: required(GraphQLInt) },
  },
});

const conditionType = new GraphQLObjectType<ConditionChange, GraphContext>({
  name: 'ConditionChange',
  fields: {
    object: { type: required(GraphQLString) },
    type: { type: required(GraphQLString) },
    from: { type: GraphQLString, description: 'Null: the condition is new.' },
    to: { type: required(GraphQLString) },
    reason: { type: GraphQLString },
    message: { type: GraphQLString },
    at: { type: required(Time) },
  },
});

const eventType = new GraphQLObjectType<EventSeen, GraphContext>({
  name: 'EventSeen',
  fields: {
    object: { type: required(GraphQLString) },
    type: { type: GraphQLString },
    reason: { type: GraphQLString },
    message: { type: GraphQLString },
    count: { type: required(GraphQLInt) },
    at: { type: required(Time) },
  },
});

/** What happened between two revisions. */
export const happenedType = new GraphQLObjectType<Happened, GraphContext>({
  name: 'Happened',
  fields: {
    from: { type: required(Int64), description: 'The revision after which it happened.' },
    to: { type: required(Int64) },
    writes: { type: required(GraphQLInt) },
    kinds: { type: listOf(countType) },
    conditions: { type: listOf(conditionType) },
    events: { type: listOf(eventType) },
    truncated: { type: required(GraphQLBoolean), description: 'Only the newest conditions and events are listed.' },
  },
});
