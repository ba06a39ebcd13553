import { onExit } from './exit.js';
import type { Killing } from './memory.js';
import { shouldRestart } from './restart.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import { KILLED, stopOf } from './stop.js';

/** Why one container of a pod is killed. */
export interface Kill {
  /** The message of its event. */
  message: string;
  /** The message tells whether it will be restarted. */
  restarting?: boolean;
  /** Milliseconds; default the pod's. */
  grace?: number;
  /** Its process does not get to handle SIGTERM. */
  hangs?: boolean;
}

/** Kills one container, which may take its time to stop; it is restarted afterwards if its policy says so. */
export function killContainer(sim: Simulation, slot: Slot, { message, restarting, grace = sim.grace, hangs }: Kill): void {
  const stop = hangs ? { code: KILLED, at: sim.at + grace, failedHook: false } : stopOf(sim, slot, { since: sim.at, grace });
  if (stop === undefined) return;
  const restarts = restarting && shouldRestart(slot, sim.pod, stop.code) ? ', will be restarted' : '';
  sim.normal('Killing', `${message}${restarts}`, slot);
  if (stop.failedHook) sim.warning('FailedPreStopHook', 'PreStopHook failed', slot);
  const killing = { until: stop.at, code: stop.code };
  if (stop.at > sim.at) sim.remember(slot, { killing });
  else finishKill(sim, slot, killing);
}

/** A container that was killed has ended. */
export function finishKill(sim: Simulation, slot: Slot, { code, waiting }: Killing): void {
  onExit(sim, slot, code, waiting ? { waiting } : {});
}
