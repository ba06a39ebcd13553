import { type corev1, Pod, type Resource } from '#api';
import { controllerReference, isNamespaceTerminating, isNotFound, type KubeObject } from '#apimachinery';
import { isFenced, type ReconcileContext } from '#controller-runtime';

/** A pod that a controller creates for an object. */
export interface NewPod {
  owner: KubeObject;
  ownerResource: Resource;
  template: corev1.PodTemplateSpec | undefined;
  /** Default: the owner's name and a dash (getPodsPrefix). */
  generateName?: string;
}

/** What the recorder and the writes of a controller go through. */
type Hands = Pick<ReconcileContext, 'client' | 'recorder'>;

/** The `apiVersion` of a resource's objects. */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** A pod of a template, controlled by the owner (GetPodFromTemplate). */
export function podFor({ owner, ownerResource, template, generateName }: NewPod): corev1.Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  const prefix = `${owner.metadata.name}-`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: generateName ?? (prefix.length > 253 ? owner.metadata.name : prefix),
      namespace: owner.metadata.namespace,
      labels: { ...labels },
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
      ownerReferences: [controllerReference(owner, { apiVersion: apiVersionOf(ownerResource), kind: ownerResource.kind })],
    },
    spec: template?.spec ?? { containers: [] },
  };
}

/**
 * Creates a pod and records it as an event of its owner (controller_utils.go RealPodControl). Returns whether there is one now: nothing
 * can be created in a terminating namespace, where neither an event nor a retry would help.
 */
export async function createPod(wanted: NewPod, { client, recorder }: Hands): Promise<boolean> {
  try {
    const made = await client.create(Pod, podFor(wanted));
    recorder.normal(wanted.owner, 'SuccessfulCreate', `Created pod: ${made.metadata.name}`);
    return true;
  } catch (error) {
    if (isNamespaceTerminating(error)) return false;
    if (!isFenced(error)) recorder.warning(wanted.owner, 'FailedCreate', `Error creating: ${messageOf(error)}`);
    throw error;
  }
}

/** Deletes a pod and records it as an event of its owner. It is not an error if the pod no longer exists. */
export async function deletePod(owner: KubeObject, pod: corev1.Pod, { client, recorder }: Hands): Promise<void> {
  const { name, namespace } = pod.metadata;
  try {
    await client.deleteOnly(Pod, name, namespace);
    recorder.normal(owner, 'SuccessfulDelete', `Deleted pod: ${name}`);
  } catch (error) {
    if (isNotFound(error)) return;
    if (isFenced(error)) throw error;
    recorder.warning(owner, 'FailedDelete', `Error deleting: ${messageOf(error)}`);
    throw new Error(`unable to delete pods: ${messageOf(error)}`);
  }
}

/**
 * Waits for all of some writes. Returns the first failure, so that the others are reported in a status before it is thrown; throws at once
 * when the turn was superseded.
 */
export async function firstFailure(work: Iterable<Promise<unknown>>): Promise<Error | undefined> {
  let failure: Error | undefined;
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'fulfilled') continue;
    const error = result.reason instanceof Error ? result.reason : new Error(String(result.reason));
    if (isFenced(error)) throw error;
    failure ??= error;
  }
  return failure;
}

/** What a failure says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
