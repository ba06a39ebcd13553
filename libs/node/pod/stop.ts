import type { Instant } from '#apimachinery';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** The exit code of a process that does not handle SIGTERM and is killed. */
export const KILLED = 137;

/** What follows when a container is told to stop: its exit code, and for a process that handles SIGTERM when it ends. Undefined: not known yet. */
export function stopOf(sim: Simulation, slot: Slot, at: Instant): { code: number; at?: Instant } | undefined {
  const program = sim.program(slot);
  if (program === undefined || program.does === 'not-start') return { code: KILLED };
  const { script, stopCode } = program;
  if (!script?.traps && !script?.byPod) return { code: stopCode };
  return sim.looked(sim.world.processes.stop(sim.startOf(slot), at));
}
