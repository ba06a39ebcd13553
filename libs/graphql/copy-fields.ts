import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLInt, GraphQLObjectType, GraphQLString } from 'graphql';
import type { ObjectChange } from '#history';
import { checkCount, checkLimit } from './check-limit.js';
import type { GraphContext } from './context.js';
import { costs, logEntries, oneObject, relatedObjects } from './cost/points.js';
import { createdClusterType } from './created-cluster.js';
import { fieldChangeType } from './field-change-type.js';
import { limits } from './limits.js';
import { requireKind } from './named-kind.js';
import { listOf, nullableListOf, required } from './output-types.js';
import { At, type Moment, revisionOf } from './past/moment.js';
import { withoutNulls } from './queries.js';
import { RefusedKind } from './refused-kind.js';
import { Int64, Time } from './scalars.js';
import type { GraphDiff, GraphSnapshot } from './time.js';
import { timeOf } from './time-fields.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const snapshotType = new GraphQLObjectType<GraphSnapshot, GraphContext>({
  name: 'ClusterSnapshot',
  description: 'A named state of the cluster.',
  fields: {
    name: { type: required(GraphQLString), description: 'What it is kept under.' },
    revision: { type: required(Int64), description: 'The last one that it contains.' },
    at: { type: required(Time), description: 'In the time of the cluster.' },
    createdAt: { type: required(Time), description: 'When it was kept, in the time of the machine.' },
  },
});

const changeType = new GraphQLObjectType<ObjectChange, GraphContext>({
  name: 'ObjectChange',
  description: 'An object that differs between two revisions.',
  fields: {
    key: { type: required(GraphQLString), description: 'Where it is stored: /registry/pods/default/web.' },
    change: { type: required(GraphQLString), description: 'created, updated or deleted.' },
    revision: { type: required(Int64), description: 'Of its last write.' },
    fields: { type: listOf(fieldChangeType), description: 'Of an update.' },
  },
});

const countsType = new GraphQLObjectType<GraphDiff['counts'], GraphContext>({
  name: 'ChangeCounts',
  description: 'How many objects differ.',
  fields: {
    created: { type: required(GraphQLInt), description: 'Those that are there at the end alone.' },
    updated: { type: required(GraphQLInt), description: 'Those that have other contents at the end.' },
    deleted: { type: required(GraphQLInt), description: 'Those that were there at the beginning alone.' },
  },
});

const diffType = new GraphQLObjectType<GraphDiff, GraphContext>({
  name: 'RevisionDiff',
  description: 'What differs between two revisions.',
  fields: {
    from: { type: required(Int64), description: 'The revision at the beginning.' },
    to: { type: required(Int64), description: 'The revision at the end.' },
    items: { type: listOf(changeType), description: 'In the order of the keys.' },
    counts: { type: required(countsType), description: 'Of all that differ, listed or not.' },
    truncated: { type: required(GraphQLBoolean), description: 'Not all of them are listed.' },
    refused: { type: listOf(RefusedKind), description: 'Kinds that you may not list: their objects are left out, and not counted.' },
  },
});

/** The query of the snapshots. */
export const snapshotsField: Field = {
  type: listOf(snapshotType),
  description: 'The named states of the cluster, oldest first.',
  ...costs(relatedObjects),
  resolve: (_root, _given, context) => timeOf(context).snapshots(),
};

interface DiffArguments {
  from: Moment;
  to?: Moment;
  kinds?: readonly string[];
  namespace?: string;
  limit?: number;
}

/** The query of differences. */
export const diffField: Field = {
  type: diffType,
  description:
    'The objects that differ between two moments, and their fields: of the kinds that you may list, in the `namespace` or in all of them.',
  ...costs(logEntries),
  args: {
    from: {
      type: required(At),
      description: 'A revision (1234), a time ("2026-01-02T03:04:05Z") or how long ago ("10m", "1d").',
    },
    to: { type: At, description: 'Likewise; default: now.' },
    kinds: {
      type: nullableListOf(GraphQLString),
      description: 'Only of these, as in kubectl: pods, deployments.apps.',
    },
    namespace: { type: GraphQLString, description: 'Only objects of this namespace.' },
    limit: { type: GraphQLInt, description: 'How many to list; default as many as may be listed.' },
  },
  async resolve(_root, given: DiffArguments, context) {
    const { from, to, kinds, namespace, limit } = withoutNulls(given);
    checkLimit(limit);
    checkCount(kinds, limits.kindsAtOnce, 'kinds');
    const wanted = kinds?.map((name) => requireKind(context.kinds, name).info);
    const time = timeOf(context);
    const [first, last] = [await revisionOf(from, context), to && (await revisionOf(to, context))];
    const found = await time.diff(first, last, { ...(wanted && { kinds: wanted }), ...(namespace !== undefined && { namespace }) });
    const items = found.items.slice(0, limit ?? found.items.length);
    return { ...found, items, truncated: found.truncated || items.length < found.items.length };
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
    args: { name: { type: required(GraphQLString), description: 'What it is kept under.' }, revision: state.revision },
    resolve: (_root, given: object, context) => timeOf(context).addSnapshot(withoutNulls(given)),
  },
  deleteSnapshot: {
    type: required(GraphQLBoolean),
    description: 'False if there is none of that name.',
    ...costs(oneObject),
    args: { name: { type: required(GraphQLString), description: 'Which one.' } },
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
      name: { type: required(GraphQLString), description: 'What the new cluster is called.' },
      ...state,
      count: { type: GraphQLInt, description: 'Several alike: name-1, name-2 …' },
    },
    resolve: (_root, given: object, context) => timeOf(context).fork(withoutNulls(given)),
  },
};
