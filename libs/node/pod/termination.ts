import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { hasSandbox, planOf, statusOf } from './assemble.js';
import { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import { KILLED, stopOf } from './stop.js';
import type { PodPlan, PodWorld } from './world.js';

/** How a deleted pod ends (SyncTerminatingPod, SyncTerminatedPod, status manager's canBeDeleted). */

const isRunning = ({ status }: Slot): boolean => status.state?.running !== undefined;

/** When its containers were told to stop: remembered, or from its metadata. */
function stoppingSince({ metadata }: corev1.Pod, now: Instant): Instant {
  const until = parseTime(metadata.deletionTimestamp ?? '');
  return until === undefined ? now : until - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}

/** A running container that was told to stop. */
interface Stopping {
  slot: Slot;
  code: number;
  /** How long it takes. */
  time: number;
}

/** When and how the running containers stop; undefined: a process has to be looked at first. */
function stopping(sim: Simulation, running: readonly Slot[], { since, grace }: { since: Instant; grace: number }): Stopping[] | undefined {
  const usual = Math.min(grace, sim.world.profile.containerStop);
  const found: Stopping[] = [];
  for (const slot of running) {
    const stopped = stopOf(sim, slot, since);
    if (stopped === undefined) return undefined;
    const time = stopped.at === undefined ? usual : Math.max(0, stopped.at - since);
    found.push(time > grace ? { slot, code: KILLED, time: grace } : { slot, code: stopped.code, time });
  }
  return found;
}

function stopContainers(sim: Simulation, stopped: readonly Stopping[]): void {
  const codes = new Map(stopped.map(({ slot, code }) => [slot, code]));
  for (const slot of sim.slots) {
    if (isRunning(slot)) sim.terminate(slot, codes.get(slot) ?? KILLED);
    // A container in back-off has ended: its last end is final.
    else if (slot.status.state?.waiting && slot.status.lastState?.terminated)
      slot.status = { ...slot.status, state: { terminated: slot.status.lastState.terminated }, lastState: {} };
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
  const since = stoppingAt ?? Math.max(began, now - grace);
  const stops = stopping(sim, running, { since, grace });
  if (stops === undefined) return { events: [], memory: world.memory, pulled: [], remove: false, at: now };
  const due = stops.reduce((latest, { time }) => Math.max(latest, since + time), now);
  const sandbox = hasSandbox(pod);
  if (running.length > 0 && due > now) {
    sim.busy = undefined;
    return planOf(sim, statusOf(sim, { stopped: false, sandbox }), { at: due, stoppingAt: stoppingAt ?? now });
  }
  stopContainers(sim, stops);
  const status = statusOf(sim, { stopped: true, sandbox });
  const final = { ...status, phase: status.phase === 'Succeeded' ? 'Succeeded' : 'Failed' };
  const plan = planOf(sim, final, { stoppingAt: stoppingAt ?? now, remove: true });
  return { ...plan, memory: { ...plan.memory, removed: true } };
}
