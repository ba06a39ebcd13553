import type { corev1 } from '#api';
import { OWN_CONDITIONS } from './conditions.js';

/** What the kubelet has decided about a pod and the API server has not taken yet. */
export interface Unwritten {
  status: corev1.PodStatus;
  remove: boolean;
}

const isOwn = (type: string): boolean => OWN_CONDITIONS.has(type) || type === 'DisruptionTarget';

/**
 * A pod with the kubelet's own status and what others have written since (status_manager.go mergePodStatus): the kubelet goes on from its
 * own status while the API server does not take it.
 */
export function withOwnStatus(pod: corev1.Pod, { status }: Unwritten): corev1.Pod {
  const { conditions: own = [] } = status;
  const { conditions = [], ...current } = pod.status ?? {};
  const others = conditions.filter(({ type }) => !isOwn(type));
  const kept = own.filter(({ type }) => isOwn(type));
  return { ...pod, status: { ...current, ...status, conditions: [...others, ...kept] } };
}
