import { type corev1, Pod } from '#api';
import { ignoreNotFound } from '#apimachinery';
import type { ReconcileContext } from '#controller-runtime';
import { isTracked, TRACKING } from './job-pods.js';

/** Removes the Job's finalizer from a pod that has it. It is not an error if the pod no longer exists. */
export async function removeFinalizer(pod: corev1.Pod, { client }: Pick<ReconcileContext, 'client'>): Promise<void> {
  if (!isTracked(pod)) return;
  const { name, namespace, uid } = pod.metadata;
  const patch = { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [TRACKING] } };
  await client.patch(Pod, name, namespace, 'strategic', patch).catch(ignoreNotFound);
}
