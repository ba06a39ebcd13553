import { type GraphQLFieldConfig, GraphQLInt, GraphQLObjectType, type GraphQLOutputType } from 'graphql';
import { type corev1, Pod, type Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import {
  addAmounts,
  amountsOf,
  isPodTerminal,
  type PodMetrics,
  PodMetricsResource,
  resourceListTexts,
  subtractAmounts,
} from '#component-helpers';
import type { GraphContext } from '../context.js';
import { costs, oneObject, page } from '../cost/points.js';
import type { Grouping } from '../loaders.js';
import { required } from '../output-types.js';
import { byNode } from '../relations/node.js';
import { podAmounts } from './pod-amounts.js';
import { ResourceList } from './quantities.js';

type Amounts = Readonly<Record<string, string>>;
type Field = GraphQLFieldConfig<unknown, GraphContext>;

interface NodeMetrics extends KubeObject {
  usage: Amounts;
}

const byName = <T extends KubeObject>(): Grouping<T> => ({ name: 'name', keys: ({ metadata }) => [metadata.name] });

/** The metrics of an object, read once for all of a namespace; undefined if none are served, if there are none of it yet, and of the past. */
async function metricsOf<T extends KubeObject>(
  { metadata: { name, namespace } }: KubeObject,
  kind: 'NodeMetrics' | 'PodMetrics',
  { kinds, loaders, revision }: GraphContext,
): Promise<T | undefined> {
  const { group, version } = PodMetricsResource;
  const resource = kinds.resource(`${group}/${version}`, kind) as Resource<T> | undefined;
  if (!resource || revision !== undefined) return undefined;
  const groups = await loaders.grouped(resource, namespace === undefined ? {} : { namespace }, byName<T>());
  return groups.get(name)?.[0];
}

/** The sum of amounts; others have their turn in between. */
async function sumOf(all: Iterable<Amounts>, { meter }: GraphContext): Promise<Amounts> {
  let sum = amountsOf();
  for (const amounts of all) {
    const wait = meter.turn();
    if (wait) await wait;
    sum = addAmounts(sum, amountsOf(amounts));
  }
  return resourceListTexts(sum);
}

interface NodeUsage {
  node: corev1.Node;
  /** Those that have not ended: what they request is counted. */
  pods: readonly corev1.Pod[];
  requested: Amounts;
}

async function usageOf(node: corev1.Node, context: GraphContext): Promise<NodeUsage> {
  const groups = await context.loaders.grouped<corev1.Pod>(Pod, {}, byNode);
  const pods = (groups.get(node.metadata.name) ?? []).filter((pod) => !isPodTerminal(pod));
  context.meter.count('scanned', pods.length);
  return { node, pods, requested: await sumOf(pods.map(podAmounts.requests), context) };
}

const amountsField = (
  description: string,
  resolve: (usage: NodeUsage, context: GraphContext) => unknown,
  type: GraphQLOutputType = ResourceList,
) => ({
  type,
  description,
  resolve: (usage: NodeUsage, _args: unknown, context: GraphContext) => resolve(usage, context),
});

/** What is left of what pods may request. */
function freeOf({ node, requested }: NodeUsage): Amounts | undefined {
  const allocatable = node.status?.allocatable;
  if (!allocatable) return undefined;
  const there = new Set(Object.keys(allocatable));
  const asked = Object.fromEntries(Object.entries(requested).filter(([resource]) => there.has(resource)));
  return resourceListTexts(subtractAmounts(amountsOf(allocatable), amountsOf(asked)));
}

const nodeUsageType = new GraphQLObjectType<NodeUsage, GraphContext>({
  name: 'NodeUsage',
  description: 'What of a node is taken, as kubectl describe node counts it: by its pods that have not ended.',
  fields: {
    pods: { type: required(GraphQLInt), description: 'How many pods.', resolve: ({ pods }) => pods.length },
    requested: amountsField('What they request.', ({ requested }) => requested, required(ResourceList)),
    limits: amountsField(
      'Their limits together.',
      ({ pods }, context) => sumOf(pods.map(podAmounts.limits), context),
      required(ResourceList),
    ),
    allocatable: amountsField('What pods may request in all.', ({ node }) => node.status?.allocatable),
    free: amountsField('What is left of that: never less than zero.', freeOf),
    used: {
      type: ResourceList,
      description: 'What the node uses by metrics-server; null without one, before it has measured, and `at` a past moment.',
      ...costs(page),
      resolve: async ({ node }, _args, context) => (await metricsOf<NodeMetrics>(node, 'NodeMetrics', context.of(node)))?.usage,
    },
  },
});

/** What of a node is taken. */
export const nodeUsageField: Field = {
  type: nodeUsageType,
  description: 'What the pods of this Node request and what is left; with metrics-server, what is used.',
  ...costs(oneObject),
  resolve: (node, _args, context) => usageOf(node as corev1.Node, context.of(node as corev1.Node)),
};

/** What a pod uses. */
export const podUsedField: Field = {
  type: ResourceList,
  description: 'What the containers of this pod use by metrics-server; null without one, before it has measured, and `at` a past moment.',
  ...costs(oneObject),
  async resolve(object, _args, operation) {
    const pod = object as corev1.Pod;
    const context = operation.of(pod);
    const metrics = await metricsOf<PodMetrics>(pod, 'PodMetrics', context);
    return (
      metrics &&
      sumOf(
        metrics.containers.map(({ usage }) => usage),
        context,
      )
    );
  },
};
