import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql';
import type { ObjectChange } from '#history';
import type { GraphContext } from './context.js';
import { costs, logEntries, oneObject, relatedObjects } from './cost/points.js';
import { createdClusterType } from './created-cluster.js';
import { fieldChangeType } from './field-change-type.js';
import { listOf, required } from './output-types.js';
import { withoutNulls } from './queries.js';
import { Int64, Time } from './scalars.js';
import type { GraphSnapshot } from './time.js';
import { timeOf } from './time-fields.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const snapshotType = new GraphQLObjectType<GraphSnapshot, GraphContext>({
  name: 'ClusterSnapshot',
  description: 'A named state of the cluster.',
  fields: {
    name: { type: required(GraphQLString) },
    revision: { type: required(Int64) },
    at: { type: required(Time), description: 'In the time of the cluster.' },
    createdAt: { type: required(Time) },
  },
});

const changeType = new GraphQLObjectType<ObjectChange, GraphContext>({
  name: 'ObjectChange',
  fields: {
    key: { type: required(GraphQLString) },
    change: { type: required(GraphQLString), description: 'created, updated or deleted.' },
    revision: { type: required(Int64), description: 'Of its last write.' },
    fields: { type: listOf(fieldChangeType), description: 'Of an update.' },
  },
});

const diffType = new GraphQLObjectType<unknown, GraphContext>({
  name: 'RevisionDiff',
  fields: {
    from: { type: required(Int64) },
    to: { type: required(Int64) },
    items: { type: listOf(changeType) },
    truncated: { type: required(GraphQLBoolean) },
  },
});

/** The query of the snapshots. */
export const snapshotsField: Field = {
  type: listOf(snapshotType),
  description: 'The named states of the cluster, oldest first.',
  ...costs(relatedObjects),
  resolve: (_root, _given, context) => timeOf(context).snapshots(),
};

/** The query of differences. */
export const diffField: Field = {
  type: required(diffType),
  description: 'The objects that differ between two revisions, and their fields.',
  ...costs(logEntries),
  args: { from: { type: new GraphQLNonNull(Int64) }, to: { type: Int64, description: 'Default: the current one.' } },
  resolve(_root, given: { from: number; to?: number }, context) {
    const { from, to } = withoutNulls(given);
    return timeOf(context).diff(from, to);
  },
};

const state = {
  revision: { type: Int64, description: 'A revision that the log still has.' },
  snapshot: { type: GraphQLString, description: 'Alternatively: the name of a snapshot.' },
};

/** The mutations that keep, restore and copy states of the cluster. */
export const copyMutations: Readonly<Record<string, Field>> = {
  createSnapshot: {
    type: required(snapshotType),
    description: 'Keeps the present state, or that of a revision, under a name.',
    ...costs(oneObject),
    args: { name: { type: new GraphQLNonNull(GraphQLString) }, revision: state.revision },
    resolve: (_root, given: object, context) => timeOf(context).addSnapshot(withoutNulls(given)),
  },
  deleteSnapshot: {
    type: required(GraphQLBoolean),
    description: 'False if there is none of that name.',
    ...costs(oneObject),
    args: { name: { type: new GraphQLNonNull(GraphQLString) } },
    resolve: (_root, { name }: { name: string }, context) => timeOf(context).removeSnapshot(name),
  },
  restore: {
    type: required(Int64),
    description: 'Gives the cluster the objects of a past state; its time and its revisions go on. The revision afterwards.',
    ...costs(relatedObjects),
    args: state,
    resolve: (_root, given: object, context) => timeOf(context).restore(withoutNulls(given)),
  },
  reset: {
    type: required(Int64),
    description: 'Gives the cluster the objects that it started with, or those of a snapshot. The revision afterwards.',
    ...costs(relatedObjects),
    args: { to: { type: GraphQLString, description: 'The name of a snapshot.' } },
    resolve: (_root, given: object, context) => timeOf(context).reset(withoutNulls(given)),
  },
  fork: {
    type: listOf(createdClusterType),
    description: 'Makes clusters that go on from a state of this one. Only with the token of the platform.',
    ...costs(relatedObjects),
    args: {
      name: { type: new GraphQLNonNull(GraphQLString) },
      ...state,
      count: { type: GraphQLInt, description: 'Several alike: name-1, name-2 …' },
    },
    resolve: (_root, given: object, context) => timeOf(context).fork(withoutNulls(given)),
  },
};
