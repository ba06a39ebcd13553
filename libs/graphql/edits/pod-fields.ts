import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLObjectType, type GraphQLOutputType, GraphQLString } from 'graphql';
import { type corev1, Node, Pod } from '#api';
import { isNotFound, type KubeObject, StatusError } from '#apimachinery';
import type { WriteQuery } from '#client';
import type { GraphContext } from '../context.js';
import { costs, oneObject, page } from '../cost/points.js';
import { badInput } from '../errors.js';
import { deletion, FIELD_MANAGER, readable, type WrittenObject, type WrittenTypes, written } from '../inputs/written.js';
import { listOf, required } from '../output-types.js';
import { checkNames, dryRunArgument, withoutNulls } from '../queries.js';
import { Int64 } from '../scalars.js';
import { type DrainOptions, drainFate, drainStops } from './drain.js';
import { editSchedulable } from './patch.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

const text = required(GraphQLString);
const flag = (defaultValue: boolean, description: string) => ({ type: required(GraphQLBoolean), defaultValue, description });

interface Eviction {
  name: string;
  namespace: string;
  gracePeriodSeconds?: number;
  dryRun?: boolean;
}

type Report = NonNullable<WriteQuery['report']>;

/** Evicts a pod, unless a disruption budget forbids it (Eviction of policy/v1). */
function evict({ name, namespace, gracePeriodSeconds, dryRun }: Eviction, { client }: GraphContext, report?: Report): Promise<KubeObject> {
  const deleteOptions = {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(dryRun && { dryRun: ['All'] }),
  };
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions };
  return client.createSubresource(Pod, name, namespace, 'eviction', body, { ...(report && { report }) });
}

/** The same, with what became of the pod. */
async function evicted(eviction: Eviction, context: GraphContext): Promise<WrittenObject> {
  checkNames(eviction);
  const { name, namespace, dryRun = false } = eviction;
  const read = () => readable(context.client.get(Pod, name, namespace));
  const before = await read();
  const { object: _status, ...done } = await written(dryRun, (report) => evict(eviction, context, report));
  const now = dryRun ? undefined : await read();
  const object = now?.metadata.uid === before?.metadata.uid ? now : undefined;
  return deletion(done, { before, object, resource: Pod });
}

interface Left {
  pod: corev1.Pod;
  because: string;
}

interface Drained {
  node: WrittenObject;
  evicted: corev1.Pod[];
  left: Left[];
}

interface DrainArguments extends DrainOptions {
  node: string;
  gracePeriodSeconds?: number;
  dryRun?: boolean;
}

/** Why a pod could not be evicted; undefined: it was, or it is gone. */
async function trouble(evicting: Promise<unknown>): Promise<string | undefined> {
  try {
    await evicting;
    return undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (error instanceof StatusError) return error.status.message;
    throw error;
  }
}

/**
 * Cordons a node and evicts its pods, one after another (kubectl drain). Does nothing if there is a pod that the options do not allow to
 * evict. What a budget protects is left: kubectl would try again.
 */
async function drain(
  { node: name, gracePeriodSeconds, dryRun = false, ...options }: DrainArguments,
  context: GraphContext,
): Promise<Drained> {
  checkNames({ name });
  const { client, loaders, meter } = context;
  const pods = await loaders.list<corev1.Pod>(Pod, { fieldSelector: `spec.nodeName=${name}` });
  const fates = pods.map((pod) => ({ pod, fate: drainFate(pod, options) }));
  const stops = drainStops(fates);
  if (stops !== undefined) throw badInput(`unable to drain node ${JSON.stringify(name)}: ${stops}`);
  const { type, patch } = editSchedulable(false);
  const node = await written(dryRun, (report) =>
    client.patch<KubeObject>(Node, name, undefined, type, patch, { dryRun, fieldManager: FIELD_MANAGER, report }),
  );
  const drained: Drained = { node, evicted: [], left: [] };
  for (const { pod, fate } of fates) {
    await meter.turn();
    const { name: podName, namespace = '' } = pod.metadata;
    const because =
      fate.do === 'evict' ? await trouble(evict({ name: podName, namespace, gracePeriodSeconds, dryRun }, context)) : fate.because;
    if (because === undefined) drained.evicted.push(pod);
    else drained.left.push({ pod, because });
  }
  return drained;
}

/** Mutations that evict pods. */
export function evictionFields({ node, pod }: WrittenTypes, podType: GraphQLOutputType): Record<string, Field> {
  const pods = listOf(podType);
  const leftType = new GraphQLObjectType<Left, GraphContext>({
    name: 'LeftPod',
    description: 'A pod that a drain has not evicted.',
    fields: {
      pod: { type: required(podType), description: 'As it was before the drain.' },
      because: { type: text, description: 'Why it is left where it is.' },
    },
  });
  const drainedType = new GraphQLObjectType<Drained, GraphContext>({
    name: 'DrainedNode',
    description: 'What a drain has done.',
    fields: {
      node: { type: node, description: 'The Node, which is cordoned.' },
      evicted: { type: pods, description: 'The pods that were evicted, as they were before.' },
      left: {
        type: listOf(leftType),
        description: 'The pods that are still there, and why.',
      },
    },
  });
  const grace = { type: Int64, description: 'Seconds that pods get to end; default: their own.' };
  return {
    evict: {
      type: pod,
      description: 'Evicts a pod; an error if a PodDisruptionBudget forbids it now.',
      ...costs(oneObject),
      args: {
        name: { type: text, description: 'The pod.' },
        namespace: { type: text, defaultValue: 'default', description: 'Where it is.' },
        gracePeriodSeconds: grace,
        dryRun: dryRunArgument,
      },
      resolve: (_root, given: Eviction, context) => evicted(withoutNulls(given), context),
    },
    drain: {
      type: required(drainedType),
      description: 'Cordons a Node and evicts its pods, as kubectl drain does; what a PodDisruptionBudget protects is left, and said.',
      ...costs(page),
      args: {
        node: { type: text, description: 'The name of the Node.' },
        ignoreDaemonSets: flag(true, 'Leaves pods of DaemonSets where they are.'),
        deleteEmptyDirData: flag(false, 'Evicts pods with emptyDir volumes, too.'),
        force: flag(false, 'Evicts pods that no controller makes again, too.'),
        gracePeriodSeconds: grace,
        dryRun: dryRunArgument,
      },
      resolve: (_root, given: DrainArguments, context) => drain(withoutNulls(given), context),
    },
  };
}
