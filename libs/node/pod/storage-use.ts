import type { Instant } from '#apimachinery';
import { isMirrorPod } from '../eviction/pressure.js';
import { hasStorageLimits, type Overage } from '../runtime/storage-limits.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** Whether the program of a container may write files: those that are not interpreted write none. */
function writesByItself(sim: Simulation, slot: Slot): boolean {
  const program = sim.program(slot);
  return program !== undefined && program.does !== 'not-start' && program.script !== undefined;
}

/** When a running pod stores more on its node than it may, and why it is evicted then; otherwise when to look at that again. */
export function storageUse(sim: Simulation): { overage?: Overage; lookAt?: Instant } {
  if (!hasStorageLimits(sim.pod) || isMirrorPod(sim.pod)) return {};
  const running = sim.slots.filter(({ status }) => status.state?.running);
  if (!sim.world.processes.isPeculiar() && !running.some((slot) => writesByItself(sim, slot))) return {};
  return (running.length > 0 && sim.looked(sim.world.processes.storageUse(running.map((slot) => sim.startOf(slot))))) || {};
}
