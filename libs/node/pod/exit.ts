import { formatGoDuration } from '#apimachinery';
import { crashEntry, restartDelay, shouldRestart } from './restart.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** A container has ended: it is done, restarted, or in back-off (kuberuntime doBackOff). */
export function onExit(sim: Simulation, slot: Slot, code: number, detail: { reason?: string; message?: string } = {}): void {
  sim.terminate(slot, code, detail);
  if (!shouldRestart(slot, sim.pod, code)) return;
  const delay = restartDelay(crashEntry(slot), sim.at);
  sim.remember(slot, { notBefore: sim.at + delay });
  if (delay === 0) return;
  const { name } = slot.container;
  sim.warning('BackOff', `Back-off restarting failed container ${name} in pod ${sim.podName}`, slot);
  sim.wait(slot, 'CrashLoopBackOff', `back-off ${formatGoDuration(delay)} restarting failed container=${name} pod=${sim.podName}`);
}
