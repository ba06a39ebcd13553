import { formatGoDuration } from '#apimachinery';
import { probeNeighbours } from './probed-neighbours.js';
import { crashEntry, matchingRule, restartDelay, shouldRestart } from './restart.js';
import { beginRestart } from './restart-all.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** What is known of an end besides its code. */
export interface ExitDetail {
  reason?: string;
  message?: string;
  /** Why it waits until the next sync of its pod, if it is to be restarted. */
  waiting?: { readonly reason: string; readonly message: string };
}

/** A container has ended: it is done, or the next sync of its pod restarts it, if it is not in back-off by then. */
export function onExit(sim: Simulation, slot: Slot, code: number, { waiting, ...detail }: ExitDetail = {}): void {
  sim.terminate(slot, code, detail);
  probeNeighbours(sim, slot);
  if (!shouldRestart(slot, sim.pod, code)) return;
  if (matchingRule(slot.container, code) === 'RestartAllContainers') {
    beginRestart(sim);
    return;
  }
  if (waiting) sim.wait(slot, waiting.reason, waiting.message);
  const delay = restartDelay(crashEntry(slot), sim.at);
  sim.remember(slot, {
    notBefore: sim.at + sim.untilSync,
    backOff: delay === 0 ? undefined : { until: sim.at + delay, delay },
  });
}

/** Whether a container that is to be restarted is in back-off (kuberuntime doBackOff), which its status then says. */
export function isInBackOff(sim: Simulation, slot: Slot): boolean {
  const { backOff } = slot.memory;
  if (backOff === undefined || sim.at >= backOff.until) return false;
  const { name } = slot.container;
  const delay = formatGoDuration(backOff.delay);
  sim.warning('BackOff', `Back-off restarting failed container ${name} in pod ${sim.podName}`, slot);
  sim.wait(slot, 'CrashLoopBackOff', `back-off ${delay} restarting failed container=${name} pod=${sim.podName}`);
  sim.remember(slot, { notBefore: backOff.until });
  return true;
}
