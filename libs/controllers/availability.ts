import type { corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { podAvailableAt } from '#component-helpers';

/** Whether a pod is ready and has been for minReadySeconds (IsPodAvailable). */
export function isAvailable(pod: corev1.Pod, minReadySeconds: number, now: Instant): boolean {
  return (podAvailableAt(pod, minReadySeconds) ?? Number.POSITIVE_INFINITY) <= now;
}

/** Milliseconds until the next ready pod becomes available; undefined if there is none. */
export function nextAvailability(pods: readonly corev1.Pod[], minReadySeconds: number, now: Instant): number | undefined {
  if (minReadySeconds === 0) return undefined;
  const waits = pods.flatMap((pod) => {
    const at = podAvailableAt(pod, minReadySeconds);
    return at === undefined || at <= now ? [] : [at - now];
  });
  return waits.length === 0 ? undefined : waits.reduce((a, b) => Math.min(a, b));
}
