import type { corev1 } from '#api';
import { isTerminalPhase, podPriority } from '#component-helpers';
import type { NodeShutdown } from '#controller-runtime';

/** The pods of one priority that stop together, and how long they have. */
export interface ShutdownGroup {
  readonly pods: readonly corev1.Pod[];
  readonly seconds: number;
}

/** The pods of a node by the periods of its shutdown (nodeshutdown groupByPriority): those between two priorities belong to the lower one. */
export function groupsOf({ periods }: Pick<NodeShutdown, 'periods'>, pods: readonly corev1.Pod[]): ShutdownGroup[] {
  const groups = periods.map(({ seconds }) => ({ seconds, pods: [] as corev1.Pod[] }));
  for (const pod of pods) {
    const above = periods.findLastIndex(({ priority }) => priority <= podPriority(pod));
    groups[Math.max(0, above)]?.pods.push(pod);
  }
  return groups;
}

/** The pods that are to stop now, and when it is the next ones' turn in any case; undefined: all have stopped. */
export function stoppingNow(
  shutdown: Pick<NodeShutdown, 'periods' | 'since'>,
  pods: readonly corev1.Pod[],
  now: number,
): { pods: Array<{ pod: corev1.Pod; seconds: number }>; until: number } | undefined {
  const stopping: Array<{ pod: corev1.Pod; seconds: number }> = [];
  let until = shutdown.since;
  for (const group of groupsOf(shutdown, pods)) {
    const active = group.pods.filter(({ status }) => !isTerminalPhase(status?.phase));
    // A group without pods takes no time; one whose pods have all stopped gives way at once.
    if (group.pods.length > 0) until += group.seconds * 1000;
    for (const pod of active) stopping.push({ pod, seconds: Math.min(pod.spec.terminationGracePeriodSeconds ?? 30, group.seconds) });
    if (active.length > 0 && until > now) return { pods: stopping, until };
  }
  return stopping.length > 0 ? { pods: stopping, until } : undefined;
}
