import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { hasSandbox, planOf, statusOf } from './assemble.js';
import { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import type { PodPlan, PodWorld } from './world.js';

/** How a deleted pod ends (SyncTerminatingPod, SyncTerminatedPod, status manager's canBeDeleted). */

const isRunning = ({ status }: Slot): boolean => status.state?.running !== undefined;

/** When its containers were told to stop: remembered, or from its metadata. */
function stoppingSince({ metadata }: corev1.Pod, now: Instant): Instant {
  const until = parseTime(metadata.deletionTimestamp ?? '');
  return until === undefined ? now : until - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}

function stopContainers(sim: Simulation): void {
  for (const slot of sim.slots) {
    if (isRunning(slot)) {
      const program = sim.program(slot);
      sim.terminate(slot, program && program.does !== 'not-start' ? program.stopCode : 137);
    } else if (slot.status.state?.waiting && slot.status.lastState?.terminated) {
      // A container in back-off has ended: its last end is final.
      slot.status = { ...slot.status, state: { terminated: slot.status.lastState.terminated }, lastState: {} };
    }
  }
  sim.busy = undefined;
}

/** Plans a pod with a deletion timestamp: Killing, the wait, the final status, the removal. */
export function planTermination(pod: corev1.Pod, world: PodWorld, now: Instant): PodPlan {
  const sim = new Simulation(pod, world, now);
  const { phase } = pod.status ?? {};
  const { stoppingAt, removed } = world.memory;
  if (removed) return { events: [], memory: world.memory, pulled: [], remove: false };
  if (phase === 'Succeeded' || phase === 'Failed')
    return { events: [], memory: { ...world.memory, removed: true }, pulled: [], remove: true };
  const running = sim.slots.filter(isRunning);
  const began = stoppingAt ?? stoppingSince(pod, now);
  if (stoppingAt === undefined) for (const slot of running) sim.normal('Killing', `Stopping container ${slot.container.name}`, slot);
  const grace = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
  // If this is noticed late, e.g. after a restart: what is left of the time that a container takes to stop.
  const due = Math.max(now, (stoppingAt ?? Math.max(began, now - grace)) + Math.min(grace, world.profile.containerStop));
  const sandbox = hasSandbox(pod);
  if (running.length > 0 && due > now) {
    sim.busy = undefined;
    return planOf(sim, statusOf(sim, { stopped: false, sandbox }), { at: due, stoppingAt: stoppingAt ?? now });
  }
  stopContainers(sim);
  const status = statusOf(sim, { stopped: true, sandbox });
  const final = { ...status, phase: status.phase === 'Succeeded' ? 'Succeeded' : 'Failed' };
  const plan = planOf(sim, final, { stoppingAt: stoppingAt ?? now, remove: true });
  return { ...plan, memory: { ...plan.memory, removed: true } };
}
