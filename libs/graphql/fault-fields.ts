import { GraphQLBoolean, type GraphQLFieldConfig, type GraphQLFieldConfigMap, GraphQLInt, GraphQLObjectType, GraphQLString } from 'graphql';
import type { GraphContext } from './context.js';
import { costs, oneObject, relatedObjects } from './cost/points.js';
import { badInput } from './errors.js';
import type { GraphEtcd, GraphEtcdMember, GraphFault, GraphFaultChange, GraphFaultRequest } from './faults.js';
import { listOf, required } from './output-types.js';
import { withoutNulls } from './queries.js';
import { Int64, Time } from './scalars.js';
import { stream } from './stream.js';
import { lengthOf } from './text/length.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const TYPES =
  'What is done: stop, crash, pause, slow, cut, fill-disk, skew-clock, slow-pull, fail-pull, corrupt-manifest, corrupt-data or shutdown.';

/** What a fault is, as it is told. */
export const faultFields: GraphQLFieldConfigMap<GraphFaultRequest, GraphContext> = {
  type: { type: required(GraphQLString), description: TYPES },
  component: { type: GraphQLString, description: 'Null: the node as a whole.' },
  node: { type: GraphQLString, description: 'Null: all instances of the component.' },
  peer: { type: GraphQLString, description: 'The other end of a cut; null: all other nodes.' },
  exitCode: { type: GraphQLInt, description: 'Of a crash; null: 1.' },
  delay: { type: GraphQLString, description: 'Of slow and slow-pull: a duration.' },
  skew: { type: GraphQLString, description: 'Of skew-clock: by how much the clock is ahead.' },
  image: { type: GraphQLString, description: 'The images that are concerned; null: all.' },
};

/** The same, as it is asked for. */
export const faultArguments = {
  type: { type: required(GraphQLString), description: TYPES },
  component: {
    type: GraphQLString,
    description:
      'etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet or cloud-controller-manager. Default: the node as a whole.',
  },
  node: { type: GraphQLString, description: 'Default: all instances of the component.' },
  peer: { type: GraphQLString, description: 'The other end of a cut. Default: all other nodes.' },
  exitCode: { type: GraphQLInt, description: 'Of a crash. Default: 1.' },
  delay: { type: GraphQLString, description: 'Of slow and slow-pull: a duration such as 30s.' },
  skew: { type: GraphQLString, description: 'Of skew-clock: by how much the clock is ahead, such as -48h.' },
  image: { type: GraphQLString, description: 'Of slow-pull and fail-pull: * stands for any text. Default: all images.' },
};

const faultType = new GraphQLObjectType<GraphFault, GraphContext>({
  name: 'Fault',
  description: 'A part of the cluster that is broken on purpose.',
  fields: {
    id: { type: required(GraphQLString), description: 'What healFault takes.' },
    ...faultFields,
    symptoms: { type: listOf(GraphQLString), description: 'What can be seen of it.' },
    since: { type: required(Time), description: 'In the time of the cluster.', resolve: ({ since }) => new Date(since).toISOString() },
  },
});

const changeType = new GraphQLObjectType<GraphFaultChange, GraphContext>({
  name: 'FaultChange',
  description: 'The faults after one was injected or healed.',
  fields: {
    faults: { type: listOf(faultType), description: 'Those that are in effect, oldest first.' },
    injected: { type: listOf(faultType), description: 'Since the change before.' },
    healed: { type: listOf(faultType), description: 'Since the change before.' },
  },
});

const memberType = new GraphQLObjectType<GraphEtcdMember, GraphContext>({
  name: 'EtcdMember',
  description: 'A member of etcd, as it sees itself.',
  fields: {
    name: {
      type: required(GraphQLString),
      description: 'The node that it runs on; empty for a member that was added and has not been started.',
    },
    role: { type: required(GraphQLString), description: 'leader, follower, candidate, learner or stopped.' },
    term: { type: required(GraphQLInt), description: 'The election that it takes part in: it grows with each.' },
    leader: { type: GraphQLString, description: 'The node of the leader that it knows.' },
  },
});

const etcdType = new GraphQLObjectType<GraphEtcd, GraphContext>({
  name: 'Etcd',
  description: 'The members of etcd, and what they hold.',
  fields: {
    members: { type: listOf(memberType), description: 'One on each node of the control plane.' },
    leader: { type: GraphQLString, description: 'The node of the leader that a majority follows; null: nothing can be written.' },
    revision: { type: required(Int64), description: 'The last one that was written.' },
    dbSize: { type: required(Int64), description: 'How many bytes its database has.' },
    alarms: { type: listOf(GraphQLString), description: 'NOSPACE: the disk of a member is full, and writes are refused.' },
  },
});

/** The query of the faults. */
export const faultsField: Field = {
  type: listOf(faultType),
  description: 'The faults that are in effect, oldest first.',
  ...costs(relatedObjects),
  resolve: (_root, _given, { faults }) => faults.list(),
};

/** The subscription to the faults. */
export const followFaultsField: Field = {
  type: required(changeType),
  description: 'The faults that are in effect, and again whenever one is injected or healed.',
  ...costs(relatedObjects),
  resolve: (change) => change,
  subscribe: async (_root, _given, { faults }) =>
    stream<GraphFaultChange>({ lengthOf, open: ({ push, end }) => faults.follow({ next: push, end }) }),
};

/** The query of etcd. */
export const etcdField: Field = {
  type: required(etcdType),
  description: 'What the members of etcd say of themselves.',
  ...costs(oneObject),
  resolve: (_root, _given, { faults }) => faults.etcd(),
};

/** The mutations of the faults. */
export const faultMutations: Readonly<Record<string, Field>> = {
  injectFault: {
    type: required(faultType),
    description: 'Breaks a part of the cluster: it is felt at once.',
    ...costs(oneObject),
    args: faultArguments,
    async resolve(_root, given: GraphFaultRequest, { faults }) {
      const fault = await faults.inject(withoutNulls(given));
      if ('refused' in fault) throw badInput(fault.refused);
      return fault;
    },
  },
  healFault: {
    type: required(GraphQLBoolean),
    description: 'Heals a fault. False if there is none with this id.',
    ...costs(oneObject),
    args: { id: { type: required(GraphQLString), description: 'That of the fault: see `faults`.' } },
    resolve: (_root, { id }: { id: string }, { faults }) => faults.heal(id),
  },
};
