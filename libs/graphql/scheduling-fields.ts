import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  GraphQLFloat,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { KubeObject } from '#apimachinery';
import { checkLimit } from './check-limit.js';
import type { GraphContext } from './context.js';
import { costs, decision } from './cost/points.js';
import { badInput } from './errors.js';
import { answerTo } from './long-work.js';
import { listOf, required } from './output-types.js';
import { Int64 } from './scalars.js';
import type { GraphDecision, GraphNodeVerdict, Pause } from './scheduling.js';
import type { WhatIfRequest } from './what-if.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;
type Filter = GraphNodeVerdict['filters'][number];
type Score = NonNullable<GraphNodeVerdict['scores']>[number];

const filterType = new GraphQLObjectType<Filter, GraphContext>({
  name: 'FilterVerdict',
  description: 'What a filter says of a node.',
  fields: {
    plugin: { type: required(GraphQLString), description: 'Which one says so: NodeResourcesFit, TaintToleration …' },
    passed: { type: required(GraphQLBoolean), description: 'Whether the pod may run on the node, as far as this one is concerned.' },
    reasons: { type: listOf(GraphQLString), description: 'Why not.', resolve: ({ reasons }) => reasons ?? [] },
  },
});

const scoreType = new GraphQLObjectType<Score, GraphContext>({
  name: 'ScoreVerdict',
  description: 'How much a plugin prefers a node.',
  fields: {
    plugin: { type: required(GraphQLString), description: 'Which one says so: NodeResourcesBalancedAllocation, ImageLocality …' },
    score: { type: required(GraphQLFloat), description: 'Between 0 and 100.' },
    weight: { type: required(GraphQLInt), description: 'The score counts as often.' },
  },
});

const verdictType = new GraphQLObjectType<GraphNodeVerdict, GraphContext>({
  name: 'NodeVerdict',
  description: 'What the plugins say of a node.',
  fields: {
    node: { type: required(GraphQLString), description: 'The name of the Node.' },
    feasible: { type: required(GraphQLBoolean), description: 'All filters let it pass.' },
    filters: {
      type: listOf(filterType),
      description: 'What each filter says of it.',
      args: { passed: { type: GraphQLBoolean, description: 'Default: those that let it pass, and those that do not.' } },
      resolve: ({ filters }, { passed }: { passed?: boolean | null }) => filters.filter((each) => (passed ?? each.passed) === each.passed),
    },
    scores: { type: listOf(scoreType), description: 'Of a feasible node.', resolve: ({ scores }) => scores ?? [] },
    total: { type: GraphQLFloat, description: 'The sum of score × weight.' },
  },
});

const stateType = new GraphQLEnumType({
  name: 'SchedulingState',
  description: 'How far the scheduling of a pod has come.',
  values: {
    BOUND: { value: 'bound', description: 'It has a node.' },
    PENDING: { value: 'pending', description: 'It would be given `node` now, or none.' },
    GATED: { value: 'gated', description: 'It has scheduling gates.' },
    NOT_OURS: { value: 'notOurs', description: 'It waits for another scheduler.' },
    SCHEDULER_DOWN: { value: 'schedulerDown', description: 'It waits for the scheduler, which does not run.' },
  },
});

const preemptionType = new GraphQLObjectType<NonNullable<GraphDecision['preemption']>, GraphContext>({
  name: 'SchedulingPreemption',
  description: 'How room is made for a pod.',
  fields: {
    node: { type: required(GraphQLString), description: 'Where room is made.' },
    victims: { type: listOf(GraphQLString), description: 'namespace/name.' },
  },
});

const decisionType = new GraphQLObjectType<GraphDecision, GraphContext>({
  name: 'SchedulingDecision',
  description: 'A decision of the scheduler with its reasons, made again over the objects that it was made over.',
  fields: {
    pod: { type: required(GraphQLString), description: 'namespace/name.' },
    state: { type: required(stateType), description: 'How far its scheduling has come.' },
    revision: { type: required(Int64), description: 'The revision whose objects it was made over, or would be.' },
    boundTo: { type: GraphQLString, description: 'The node that the pod has got.' },
    schedulerName: { type: GraphQLString, description: 'Which scheduler the pod asks for.' },
    node: { type: GraphQLString, description: 'The node that is chosen.' },
    message: { type: GraphQLString, description: 'Why none is, as in the condition PodScheduled.' },
    note: { type: GraphQLString, description: 'What is in the way of an explanation.' },
    preemption: { type: preemptionType, description: 'Which pods are evicted to make room, and where.' },
    nodes: {
      type: listOf(verdictType),
      description: 'The best one first.',
      args: { limit: { type: GraphQLInt, description: 'The maximum number; default all.' } },
      resolve({ nodes = [] }, { limit }: { limit?: number | null }) {
        checkLimit(limit);
        return nodes.slice(0, limit ?? nodes.length);
      },
    },
    nodesLeftOut: {
      type: required(GraphQLInt),
      description: 'Nodes that are not told about.',
      resolve: ({ nodesLeftOut = 0 }) => nodesLeftOut,
    },
  },
});

const pauseOf =
  ({ meter }: GraphContext): Pause =>
  async () =>
    meter.turn();

/** The query of a pod's decision. */
export const schedulingField: Field = {
  type: required(decisionType),
  description: 'Why a pod is on its node, or why it is pending. It goes back as far as the log.',
  ...costs(decision),
  args: {
    pod: { type: required(GraphQLString), description: 'Its name.' },
    namespace: { type: required(GraphQLString), description: 'Where it is.', defaultValue: 'default' },
  },
  resolve: (_root, { pod, namespace }: { pod: string; namespace: string }, context) =>
    context.scheduling.ofPod(namespace, pod, pauseOf(context)),
};

/** The same as a field of pods. */
export const podDecisionField: Field = {
  type: decisionType,
  description: 'Why this pod is on its node, or why it is pending. It goes back as far as the log.',
  ...costs(decision),
  resolve(pod, _args, context) {
    if (context.of(pod as KubeObject).revision !== undefined)
      throw badInput('decision: it is told of pods as they are now, not of those of the past');
    const { name, namespace = '' } = (pod as KubeObject).metadata;
    return context.scheduling.ofPod(namespace, name, pauseOf(context));
  },
};

/** The query of what would happen to a pod. */
export const whatIfField: Field = {
  type: required(decisionType),
  description: 'What would happen to a pod that was created now. Nothing is written.',
  ...costs(decision),
  args: {
    manifest: { type: required(GraphQLString), description: 'The manifest of a Pod, YAML or JSON.' },
    namespace: { type: required(GraphQLString), defaultValue: 'default', description: 'If the manifest names none.' },
  },
  resolve: (_root, asked: WhatIfRequest, context) => answerTo('whatIf', asked, context),
};
