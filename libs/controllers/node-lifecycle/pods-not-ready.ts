import { type corev1, Pod } from '#api';
import { formatTime, isNotFound } from '#apimachinery';
import { conditionOf, setCondition } from '#component-helpers';
import type { ReconcileContext } from '#controller-runtime';

/** Says that pods are not ready, because their node is not (MarkPodsNotReady). */
export async function markPodsNotReady(pods: readonly corev1.Pod[], ctx: ReconcileContext): Promise<void> {
  await Promise.all(pods.map((pod) => markNotReady(pod, ctx)));
}

async function markNotReady(pod: corev1.Pod, { client, clock, recorder }: ReconcileContext): Promise<void> {
  const ready = conditionOf(pod.status?.conditions, 'Ready');
  if (!ready || ready.status === 'False') return;
  const conditions = setCondition(pod.status?.conditions, { ...ready, status: 'False' }, formatTime(clock.now()));
  try {
    await client.updateStatus(Pod, { ...pod, status: { ...pod.status, conditions } });
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  recorder.warning(pod, 'NodeNotReady', 'Node is not ready');
}
