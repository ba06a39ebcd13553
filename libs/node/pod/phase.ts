import type { corev1 } from '#api';
import { shouldRestart } from './restart.js';
import { RESTARTING_ALL } from './restart-all.js';
import type { Slot } from './slot.js';

/** The exit code of a container that has ended, including one that waits for a restart. */
function exitCode({ state, lastState }: corev1.ContainerStatus): number | undefined {
  if (state?.terminated) return state.terminated.exitCode;
  return state?.waiting ? lastState?.terminated?.exitCode : undefined;
}

/** Whether a container that has ended, or waits, is started again. */
const isRestartable = (slot: Slot, pod: corev1.Pod, code: number): boolean =>
  shouldRestart(slot, pod, code) || slot.status.lastState?.terminated?.reason === RESTARTING_ALL;

function initPhase(pod: corev1.Pod, slots: readonly Slot[]): 'failed' | 'pending' | undefined {
  let pending = false;
  for (const slot of slots) {
    if (slot.role !== 'init') continue;
    const code = exitCode(slot.status);
    if (code === undefined) pending = true;
    else if (code !== 0 && !isRestartable(slot, pod, code)) return 'failed';
  }
  return pending ? 'pending' : undefined;
}

function sidecarsPending(slots: readonly Slot[]): boolean {
  return slots.some(({ role, status }) => {
    if (role !== 'sidecar') return false;
    if (status.state?.running) return status.started !== true;
    return status.state?.waiting !== undefined && !status.lastState?.terminated;
  });
}

/** The phase of a pod according to its containers (kubelet_pods.go getPhase). `stopped`: none of them will be started again. */
export function phaseOf(
  pod: corev1.Pod,
  slots: readonly Slot[],
  { stopped, initialized }: { stopped: boolean; initialized: boolean },
): string {
  const init = initPhase(pod, slots);
  if (init === 'failed') return 'Failed';
  const regular = slots.filter(({ role }) => role === 'main');
  const waiting = regular.some(({ status }) => status.state?.waiting && !status.lastState?.terminated);
  if (init === 'pending' || (sidecarsPending(slots) && !initialized) || waiting) return 'Pending';
  if (regular.some(({ status }) => status.state?.running)) return 'Running';
  const codes = regular.map((slot) => ({
    slot,
    code: exitCode(slot.status) ?? 0,
    terminated: slot.status.state?.terminated !== undefined,
  }));
  if (!stopped && codes.some(({ slot, code, terminated }) => (terminated ? shouldRestart : isRestartable)(slot, pod, code)))
    return 'Running';
  return codes.every(({ code, terminated }) => code === 0 && terminated) ? 'Succeeded' : 'Failed';
}
