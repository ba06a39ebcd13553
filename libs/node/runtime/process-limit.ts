import type { corev1 } from '#api';
import { MOST_TASKS } from '../shell/limits.js';
import { usageOf } from '../usage.js';
import type { MachineWorld } from './world.js';

/** How many processes a pod may have (kubelet/cm/pod_container_manager_linux.go: pids.max of its cgroup). */

/** The sandbox's own process (pause). */
const SANDBOX = 1;

/** podPidsLimit of a KubeletConfiguration; undefined: any number. */
export function podPidsLimit({ podPidsLimit: given }: Readonly<Record<string, unknown>>): number | undefined {
  return typeof given === 'number' && Number.isInteger(given) && given > 0 ? given : undefined;
}

/** Processes that a pod's annotations say its running containers have beside their first ones. */
function annotated(pod: corev1.Pod): number {
  const running = new Set((pod.status?.containerStatuses ?? []).filter(({ state }) => state?.running).map(({ name }) => name));
  return pod.spec.containers
    .filter(({ name }) => running.has(name))
    .reduce((sum, container) => sum + Math.max(0, usageOf(pod, container, 'pids') - 1), 0);
}

/** How many processes of a pod's containers may be interpreted at once; undefined: any number. */
export function processLimit(pod: corev1.Pod, { kubeletConfiguration }: Pick<MachineWorld, 'kubeletConfiguration'>): number | undefined {
  const limit = podPidsLimit(kubeletConfiguration?.(pod.spec.nodeName ?? '') ?? {});
  return limit === undefined ? undefined : Math.max(0, limit - SANDBOX - annotated(pod));
}

/** Whether the processes of a pod may come to feel the limit: more of them are interpreted in no pod. */
export function mayFeelLimit(pod: corev1.Pod, world: Pick<MachineWorld, 'kubeletConfiguration'>): boolean {
  return (processLimit(pod, world) ?? MOST_TASKS) < MOST_TASKS;
}
