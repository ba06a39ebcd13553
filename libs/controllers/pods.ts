import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';

/** Whether the pod has run to its end. */
export function isPodTerminal({ status }: corev1.Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Whether the pod counts as a replica: neither at its end nor being deleted (controller_utils.go IsPodActive). */
export function isPodActive(pod: corev1.Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isPodTerminal(pod);
}

/** Whether the pod is being deleted and has not come to its end (IsPodTerminating). */
export function isPodTerminating(pod: corev1.Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !isPodTerminal(pod);
}

function readyCondition({ status }: corev1.Pod): corev1.PodCondition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** Whether the Ready condition is True. */
export function isPodReady(pod: corev1.Pod): boolean {
  return readyCondition(pod)?.status === 'True';
}

/** Since when the pod is ready; undefined where it is not. */
export function readySince(pod: corev1.Pod): Instant | undefined {
  const ready = readyCondition(pod);
  return ready?.status === 'True' ? parseTime(ready.lastTransitionTime ?? '') : undefined;
}

/** When a ready pod has been so for `minReadySeconds`; undefined where it is not ready (api/v1/pod/util.go IsPodAvailable). */
export function availableAt(pod: corev1.Pod, minReadySeconds: number): Instant | undefined {
  if (minReadySeconds === 0) return isPodReady(pod) ? 0 : undefined;
  const since = readySince(pod);
  return since === undefined ? undefined : since + minReadySeconds * 1000;
}
