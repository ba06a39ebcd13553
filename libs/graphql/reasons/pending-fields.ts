import { type GraphQLFieldConfig, GraphQLInt, type GraphQLInterfaceType, GraphQLObjectType, GraphQLString } from 'graphql';
import {
  type corev1,
  DaemonSet,
  Deployment,
  Job,
  PersistentVolumeClaim,
  Pod,
  ReplicaSet,
  ReplicationController,
  type Resource,
  ResourceQuota,
  StatefulSet,
  StorageClass,
} from '#api';
import type { KubeObject } from '#apimachinery';
import { isPodReady, isPodTerminal, podReferences } from '#component-helpers';
import type { GraphContext } from '../context.js';
import { costs, decision as decisionPoints } from '../cost/points.js';
import { listOf, nullableListOf, required } from '../output-types.js';
import { ifAllowed } from '../relations/kinds-of-objects.js';
import { eventsOf } from '../relations/object.js';
import { controlledBy } from '../relations/owned.js';
import { claimObstacles } from './claim-obstacles.js';
import type { Obstacle } from './obstacle.js';
import { podObstacles } from './pod-obstacles.js';
import { quotaIn, type Workload, workloadObstacles } from './workload-obstacles.js';

/** Pods of a workload with a node, of which it is told what keeps each; of those without a node one is told, because they are alike. */
const PODS_TOLD = 2;

async function ofClaim(claim: corev1.PersistentVolumeClaim, context: GraphContext): Promise<Obstacle[]> {
  const { storageClassName } = claim.spec ?? {};
  const storageClass = storageClassName ? await ifAllowed(() => context.loaders.get(StorageClass, storageClassName), undefined) : undefined;
  return claimObstacles(claim, { storageClass, events: await ifAllowed(() => eventsOf(claim, context), []) });
}

/** What keeps the claims of a pod, each told with its name. */
async function ofClaims(pod: corev1.Pod, context: GraphContext): Promise<Obstacle[]> {
  const found: Obstacle[] = [];
  for (const reference of podReferences(pod)) {
    const [, name] = /^claim\/(.+)$/.exec(reference) ?? [];
    const read = () => context.loaders.get(PersistentVolumeClaim, name ?? '', pod.metadata.namespace);
    const claim = name === undefined ? undefined : await ifAllowed(read, undefined);
    if (!claim) continue;
    for (const one of await ofClaim(claim, context)) {
      found.push({ ...one, message: `persistentvolumeclaim/${name}: ${one.message}`, object: claim });
    }
  }
  return found;
}

async function ofPod(pod: corev1.Pod, context: GraphContext): Promise<Obstacle[]> {
  const { name, namespace = '', deletionTimestamp } = pod.metadata;
  const isUndecided = !pod.spec.nodeName && !pod.spec.schedulingGates?.length && !deletionTimestamp && !isPodTerminal(pod);
  // Decisions are told of pods as they are now. Who may not ask for them is told the pod's condition.
  const asked = isUndecided && context.revision === undefined;
  const pause = async () => context.meter.turn();
  const decision = asked ? await ifAllowed(() => context.scheduling.ofPod(namespace, name, pause), undefined) : undefined;
  const found = podObstacles(pod, { decision, events: await ifAllowed(() => eventsOf(pod, context), []) });
  return isUndecided ? [...found, ...(await ofClaims(pod, context))] : found;
}

/** What keeps the pods of a workload that are not ready: of some of them, because they are alike. */
async function ofPods(pods: readonly corev1.Pod[], context: GraphContext): Promise<Obstacle[]> {
  const waiting = pods.filter((pod) => !isPodReady(pod) && !isPodTerminal(pod));
  const told = [
    ...waiting.filter(({ spec }) => !spec.nodeName).slice(0, 1),
    ...waiting.filter(({ spec }) => spec.nodeName).slice(0, PODS_TOLD),
  ];
  const found: Obstacle[] = [];
  for (const pod of told) {
    const own = await ofPod(pod, context);
    found.push(...own.map((one) => ({ ...one, message: `pod/${pod.metadata.name}: ${one.message}`, object: one.object ?? pod })));
  }
  const others = waiting.length - told.length;
  if (others > 0) found.push({ reason: 'MorePods', message: `${others} more ${others === 1 ? 'pod is' : 'pods are'} not ready` });
  return found;
}

/** With the quota that an obstacle is about. */
async function withQuota(obstacle: Obstacle, { metadata }: KubeObject, { loaders }: GraphContext): Promise<Obstacle> {
  const quota = quotaIn(obstacle.message);
  const object = quota === undefined ? undefined : await ifAllowed(() => loaders.get(ResourceQuota, quota, metadata.namespace), undefined);
  return object ? { ...obstacle, object } : obstacle;
}

async function ofWorkload(workload: Workload, context: GraphContext): Promise<Obstacle[]> {
  const makers: readonly Workload[] =
    workload.kind === Deployment.kind
      ? ((await controlledBy(workload, ReplicaSet, context)) as readonly Workload[]).filter(({ spec }) => spec?.replicas !== 0)
      : [workload];
  const made = await Promise.all(makers.map((maker) => controlledBy(maker, Pod, context)));
  const pods = made.flat();
  const found: Obstacle[] = [];
  for (const one of new Set([workload, ...makers])) {
    const own = workloadObstacles(one, { pods: pods.length, events: await ifAllowed(() => eventsOf(one, context), []) });
    const isKnown = ({ message }: Obstacle) => found.some((known) => known.message === message);
    for (const obstacle of own.found) if (!isKnown(obstacle)) found.push(await withQuota(obstacle, one, context));
    if (one === workload && own.done) return found;
  }
  return [...found, ...(await ofPods(pods, context))];
}

type Ask = (object: never, context: GraphContext) => Promise<Obstacle[]>;

const kinds: ReadonlyArray<readonly [on: Resource, description: string, ask: Ask]> = [
  [
    Pod,
    'What keeps this pod from running and being ready, in plain words: gates, each reason of the scheduler with its nodes, claims, images, probes.',
    ofPod,
  ],
  [PersistentVolumeClaim, 'What keeps this claim from being bound.', ofClaim],
  ...[Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job].map(
    (on) =>
      [
        on as Resource,
        `What keeps this ${on.kind} from having the pods that it wants, ready: it is paused, a quota, a refusal, and what keeps the pods.`,
        ofWorkload,
      ] as const,
  ),
];

type Fields = Record<string, GraphQLFieldConfig<unknown, GraphContext>>;

/** The field `whyPending` of the kinds that have it. */
export function pendingFields(objectInterface: GraphQLInterfaceType): (kind: Pick<Resource, 'group' | 'resource'>) => Fields {
  const type = new GraphQLObjectType<Obstacle, GraphContext>({
    name: 'Obstacle',
    description: 'One thing that keeps an object from being what it is to be.',
    fields: {
      reason: {
        type: required(GraphQLString),
        description: 'One word: a reason of a condition or event, or the plugin of the scheduler.',
      },
      message: { type: required(GraphQLString), description: 'What is in the way.' },
      help: { type: GraphQLString, description: 'What helps.' },
      nodes: { type: listOf(GraphQLString), description: 'The nodes of which it is true.', resolve: ({ nodes = [] }) => nodes },
      nodesLooked: { type: GraphQLInt, description: 'How many nodes were looked at.' },
      object: { type: objectInterface, description: 'What it is about, if that is another object: the claim, the quota, the pod.' },
    },
  });
  return ({ group, resource }) => {
    const fields: Fields = {};
    const found = kinds.find(([on]) => on.group === group && on.resource === resource);
    if (!found) return fields;
    const [, description, ask] = found;
    fields.whyPending = {
      type: nullableListOf(type),
      description: `${description} Empty: nothing does.`,
      ...costs(decisionPoints),
      resolve: (object, _args, context) => ask(object as never, context.of(object as object)),
    };
    return fields;
  };
}
