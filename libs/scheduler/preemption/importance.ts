import type { corev1 } from '#api';
import { formatKey, keyOf } from '#apimachinery';
import { podPriority } from '#component-helpers';

/** Later than any time: what a pod that has not started yet is compared by, where upstream takes the present time. */
const NOT_STARTED = '~';

function startOf({ status }: corev1.Pod): string {
  return status?.startTime ?? NOT_STARTED;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Higher priority first, then the pod that has run for longer (util.MoreImportantPod). */
export function byImportance(a: corev1.Pod, b: corev1.Pod): number {
  return podPriority(b) - podPriority(a) || compareText(startOf(a), startOf(b)) || compareText(formatKey(keyOf(a)), formatKey(keyOf(b)));
}

/** When the first of the victims of the highest priority started (util.GetEarliestPodStartTime). Victims are in order of importance. */
export function earliestStart(victims: readonly corev1.Pod[]): string {
  const [first] = victims;
  if (!first) return NOT_STARTED;
  const [earliest = NOT_STARTED] = victims
    .filter((victim) => podPriority(victim) === podPriority(first))
    .map(startOf)
    .sort();
  return earliest;
}
