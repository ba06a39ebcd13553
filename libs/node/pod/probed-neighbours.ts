import { listensOn, PROBE_TYPES, probedPort, probeOf, type RunningProgram } from './probes.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** The containers of a pod share its address: a probe of one may be answered by another. */

/** What runs in the pod's other containers. */
export function neighboursOf(sim: Simulation, slot: Slot): RunningProgram[] {
  const running = sim.slots.filter((other) => other !== slot && other.status.state?.running);
  return running.flatMap((other) => {
    const program = sim.program(other);
    return program ? [{ program, elapsed: sim.at - sim.startedAt(other) }] : [];
  });
}

/** A container has ended: probes of others that were answered by it are run again. */
export function probeNeighbours(sim: Simulation, ended: Slot): void {
  const gone = sim.program(ended);
  for (const slot of gone ? sim.slots : []) {
    const own = sim.program(slot);
    for (const type of slot !== ended && own ? PROBE_TYPES : []) {
      const spec = probeOf(slot.container, type);
      const known = slot.memory.probes?.[type];
      const port = spec && probedPort(slot.container, spec);
      if (!spec || !gone || !own || known === undefined || known.next !== undefined || port === undefined) continue;
      if (listensOn(own, port) || !listensOn(gone, port)) continue;
      const next = sim.at + Math.max(1, spec.periodSeconds ?? 10) * 1000;
      sim.remember(slot, { probes: { ...slot.memory.probes, [type]: { ...known, next } } });
    }
  }
}
