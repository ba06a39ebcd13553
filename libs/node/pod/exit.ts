import { formatGoDuration } from '#apimachinery';
import { crashEntry, restartDelay, shouldRestart } from './restart.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** From an end to the next sync of the pod (plegRelistDuration). */
const NEXT_SYNC = 1_000;

/** What is known of an end besides its code. */
export interface ExitDetail {
  reason?: string;
  message?: string;
  /** Why it waits, if it is to be restarted at once. */
  waiting?: { readonly reason: string; readonly message: string };
}

/** A container has ended: it is done, restarted, or in back-off (kuberuntime doBackOff). */
export function onExit(sim: Simulation, slot: Slot, code: number, { waiting, ...detail }: ExitDetail = {}): void {
  sim.terminate(slot, code, detail);
  if (!shouldRestart(slot, sim.pod, code)) return;
  const delay = restartDelay(crashEntry(slot), sim.at);
  sim.remember(slot, { notBefore: sim.at + delay });
  if (delay === 0) {
    if (!waiting) return;
    sim.wait(slot, waiting.reason, waiting.message);
    sim.remember(slot, { notBefore: sim.at + Math.min(NEXT_SYNC, sim.world.profile.imagePull) });
    return;
  }
  const { name } = slot.container;
  sim.warning('BackOff', `Back-off restarting failed container ${name} in pod ${sim.podName}`, slot);
  sim.wait(slot, 'CrashLoopBackOff', `back-off ${formatGoDuration(delay)} restarting failed container=${name} pod=${sim.podName}`);
}
