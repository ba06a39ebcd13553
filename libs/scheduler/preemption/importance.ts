import type { corev1 } from '#api';
import { formatKey, keyOf } from '#apimachinery';
import { podPriority } from '#component-helpers';

/** Later than any time: the start time assumed for a pod that has not started, where upstream uses the current time. */
const NOT_STARTED = '~';

function startOf({ status }: corev1.Pod): string {
  return status?.startTime ?? NOT_STARTED;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Higher priority first, then the pod that was started earlier (util.MoreImportantPod). */
export function byImportance(a: corev1.Pod, b: corev1.Pod): number {
  return podPriority(b) - podPriority(a) || compareText(startOf(a), startOf(b)) || compareText(formatKey(keyOf(a)), formatKey(keyOf(b)));
}

/** The earliest start time among the victims of the highest priority (util.GetEarliestPodStartTime). Victims are sorted by importance. */
export function earliestStart(victims: readonly corev1.Pod[]): string {
  const [first] = victims;
  if (!first) return NOT_STARTED;
  const [earliest = NOT_STARTED] = victims
    .filter((victim) => podPriority(victim) === podPriority(first))
    .map(startOf)
    .sort();
  return earliest;
}
