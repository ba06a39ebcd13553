import { type corev1, Deployment, type policyv1, ReplicaSet, ReplicationController, type ResourceInfo, StatefulSet } from '#api';
import { controllerOf, formatGroupResource, goQuote, isNotFound, type KubeObject, type OwnerReference, scaledValue } from '#apimachinery';
import type { ReconcileContext } from '#controller-runtime';
import { resourceOf } from '../kinds.js';

/** How many pods a budget counts on. */
export interface Expected {
  expectedPods: number;
  desiredHealthy: number;
  /** Names of pods without a controller. */
  unmanaged: string[];
}

/** A budget's pods could not be counted; the message is upstream's. */
export class CountError extends Error {}

/** A controller of pods and the number of pods that it wants. */
interface Scaled {
  uid: string;
  replicas: number;
}

type Scalable = KubeObject & { spec?: { replicas?: number } };

const scaleOf = (object: Scalable | undefined, uid: string): Scaled | undefined =>
  object?.metadata.uid === uid ? { uid, replicas: object.spec?.replicas ?? 1 } : undefined;

const groupOf = (apiVersion: string): string => apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));

/** The Deployment of a ReplicaSet, or the ReplicaSet itself if no Deployment controls it (getPodDeployment, getPodReplicaSet). */
function ofReplicaSet({ name, uid }: OwnerReference, namespace: string | undefined, { informers }: ReconcileContext): Scaled | undefined {
  const set = informers.of(ReplicaSet).get(name, namespace);
  if (set === undefined || set.metadata.uid !== uid) return undefined;
  const owner = controllerOf(set);
  if (owner?.kind !== 'Deployment') return scaleOf(set, uid);
  return scaleOf(informers.of(Deployment).get(owner.name, namespace), owner.uid);
}

function known(owner: OwnerReference, namespace: string | undefined, ctx: ReconcileContext): Scaled | undefined {
  const { informers } = ctx;
  switch (`${groupOf(owner.apiVersion)}/${owner.kind}`) {
    case '/ReplicationController':
      return scaleOf(informers.of(ReplicationController).get(owner.name, namespace), owner.uid);
    case 'apps/ReplicaSet':
      return ofReplicaSet(owner, namespace, ctx);
    case 'apps/StatefulSet':
      return scaleOf(informers.of(StatefulSet).get(owner.name, namespace), owner.uid);
    default:
      return undefined;
  }
}

/** Any other controller, by its scale subresource (getScaleController). */
async function scaled(owner: OwnerReference, namespace: string | undefined, ctx: ReconcileContext): Promise<Scaled | undefined> {
  const resource = resourceOf(owner, ctx.informers.served()) as ResourceInfo | undefined;
  if (resource === undefined) throw new CountError(`no matches for kind ${goQuote(owner.kind)} in version ${goQuote(owner.apiVersion)}`);
  if (!Object.hasOwn(resource.subresources, 'scale'))
    throw new CountError(`${formatGroupResource(resource)} does not implement the scale subresource`);
  try {
    const scale: Scalable = await ctx.client.get<Scalable>(resource, owner.name, namespace, { subresource: 'scale' });
    return scale.metadata.uid === owner.uid ? { uid: owner.uid, replicas: scale.spec?.replicas ?? 0 } : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The sum of what the pods' controllers want, each controller counted once (getExpectedScale). */
async function expectedScale(pods: readonly corev1.Pod[], ctx: ReconcileContext): Promise<{ total: number; unmanaged: string[] }> {
  const replicas = new Map<string, number>();
  const seen = new Set<string>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const { name, namespace } = pod.metadata;
    const owner = controllerOf(pod);
    if (owner === undefined) unmanaged.push(name);
    if (owner === undefined || seen.has(owner.uid)) continue;
    const found = known(owner, namespace, ctx) ?? (await scaled(owner, namespace, ctx));
    if (found === undefined) throw new CountError(`found no controllers for pod ${goQuote(name)}`);
    replicas.set(found.uid, found.replicas);
    seen.add(owner.uid);
  }
  return { total: [...replicas.values()].reduce((sum, count) => sum + count, 0), unmanaged };
}

/** How many pods a budget expects, and how many must stay healthy (getExpectedPodCount). Throws CountError. */
export async function expectedPods(
  { spec = {} }: policyv1.PodDisruptionBudget,
  pods: readonly corev1.Pod[],
  ctx: ReconcileContext,
): Promise<Expected> {
  const { maxUnavailable, minAvailable } = spec;
  if (maxUnavailable !== undefined) {
    const { total, unmanaged } = await expectedScale(pods, ctx);
    return { expectedPods: total, desiredHealthy: Math.max(0, total - scaledValue(maxUnavailable, total, true)), unmanaged };
  }
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0, unmanaged: [] };
  if (typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable, unmanaged: [] };
  const { total, unmanaged } = await expectedScale(pods, ctx);
  return { expectedPods: total, desiredHealthy: scaledValue(minAvailable, total, true), unmanaged };
}
