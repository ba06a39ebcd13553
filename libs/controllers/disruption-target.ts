import { type corev1, Pod } from '#api';
import { formatTime } from '#apimachinery';
import { conditionOf } from '#component-helpers';
import type { ReconcileContext } from '#controller-runtime';

/** Why a pod is about to be deleted, as its DisruptionTarget condition says it. */
export interface Disruption {
  reason: string;
  message: string;
}

/** Says in the status of a pod that it is about to be deleted, and why, if it does not yet (podutil.UpdatePodCondition). */
export async function markDisruption(
  { metadata, status }: corev1.Pod,
  { reason, message }: Disruption,
  { client, clock }: Pick<ReconcileContext, 'client' | 'clock'>,
): Promise<void> {
  const { name, namespace, generation, uid } = metadata;
  const before = conditionOf(status?.conditions, 'DisruptionTarget');
  if (before?.status === 'True' && before.reason === reason) return;
  const condition = {
    ...{ type: 'DisruptionTarget', status: 'True', reason, message },
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    lastTransitionTime: before?.status === 'True' ? before.lastTransitionTime : formatTime(clock.now()),
  };
  await client.patch(
    Pod,
    name,
    namespace,
    'strategic',
    { metadata: { uid }, status: { conditions: [condition] } },
    { subresource: 'status' },
  );
}
