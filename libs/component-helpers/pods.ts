import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { conditionOf } from './conditions.js';

/** The pod's priority; 0 if it has none (PodPriority). */
export function podPriority({ spec }: corev1.Pod): number {
  return spec.priority ?? 0;
}

/** Whether a pod in this phase has ended permanently. */
export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Whether the pod has ended (IsPodPhaseTerminal). */
export function isPodTerminal({ status }: corev1.Pod): boolean {
  return isTerminalPhase(status?.phase);
}

/** Whether the pod counts as a replica: neither terminated nor being deleted (controller_utils.go IsPodActive). */
export function isPodActive(pod: corev1.Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isPodTerminal(pod);
}

/** Whether the pod is being deleted and has not ended yet (IsPodTerminating). */
export function isPodTerminating(pod: corev1.Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !isPodTerminal(pod);
}

/** Whether the Ready condition is True (IsPodReady). */
export function isPodReady({ status }: corev1.Pod): boolean {
  return conditionOf(status?.conditions, 'Ready')?.status === 'True';
}

/** Since when the pod has been ready; undefined if it is not. */
export function podReadySince({ status }: corev1.Pod): Instant | undefined {
  const ready = conditionOf(status?.conditions, 'Ready');
  return ready?.status === 'True' ? parseTime(ready.lastTransitionTime ?? '') : undefined;
}

/** When a ready pod will have been ready for `minReadySeconds`; undefined if it is not ready (IsPodAvailable). */
export function podAvailableAt(pod: corev1.Pod, minReadySeconds: number): Instant | undefined {
  if (minReadySeconds === 0) return isPodReady(pod) ? 0 : undefined;
  const since = podReadySince(pod);
  return since === undefined ? undefined : since + minReadySeconds * 1000;
}
