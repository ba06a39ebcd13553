import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { hasSandbox, planOf, statusOf } from './assemble.js';
import type { Ending } from './memory.js';
import { asFound, isLeft } from './reboot.js';
import { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import { KILLED, type Stop, stopOf } from './stop.js';
import type { PodPlan, PodWorld } from './world.js';

/** How a pod ends: it is deleted, evicted, out of time, or done (SyncTerminatingPod, SyncTerminatedPod, status manager's canBeDeleted). */

/** From an end that failed to the next attempt (backOffPeriod). */
const RETRY = 10_000;

const isRunning = ({ status }: Slot): boolean => status.state?.running !== undefined;

/** When its containers were told to stop: remembered, or from its metadata. */
function stoppingSince({ metadata }: corev1.Pod, now: Instant): Instant {
  const until = parseTime(metadata.deletionTimestamp ?? '');
  return until === undefined ? now : until - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}

/**
 * How the running containers stop; undefined: a process has to be looked at first. Sidecars stop after all others, the last one first
 * (kuberuntime_termination_order.go).
 */
function stopsOf(sim: Simulation, { since, grace }: Ending): Map<Slot, Stop> | undefined {
  const stops = new Map<Slot, Stop>();
  const stop = (slot: Slot, turn?: Instant): Stop | undefined => {
    const found = stopOf(sim, slot, { since, grace, ...(turn === undefined ? {} : { turn }) });
    if (found) stops.set(slot, found);
    return found;
  };
  const running = sim.slots.filter(isRunning);
  let turn = since;
  for (const slot of running) {
    if (slot.role === 'sidecar') continue;
    const found = stop(slot);
    if (found === undefined) return undefined;
    if (slot.role === 'main') turn = Math.max(turn, found.at);
  }
  for (const slot of running.filter(({ role }) => role === 'sidecar').reverse()) {
    const found = stop(slot, turn);
    if (found === undefined) return undefined;
    turn = Math.max(turn, found.at);
  }
  return stops;
}

function endContainers(sim: Simulation, stops: ReadonlyMap<Slot, Stop>): void {
  for (const slot of sim.slots) {
    const { code = KILLED, at = sim.now } = stops.get(slot) ?? {};
    sim.at = Math.min(at, sim.now);
    if (isRunning(slot)) sim.terminate(slot, code);
    // A container in back-off has ended: its last end is final.
    else if (slot.status.state?.waiting && slot.status.lastState?.terminated)
      slot.status = { ...slot.status, state: { terminated: slot.status.lastState.terminated }, lastState: {} };
  }
  sim.at = sim.now;
  sim.busy = undefined;
}

/** Stops the containers of a pod: Killing, the wait, the final status. `remove`: it is removed from the API then. */
export function planEnding(sim: Simulation, ending: Ending, { remove }: { remove: boolean }): PodPlan {
  const { now, pod } = sim;
  const running = sim.slots.filter(isRunning);
  const stops = stopsOf(sim, ending);
  if (stops === undefined) return { events: [], memory: sim.world.memory, pulled: [], remove: false, at: now };
  if (!ending.announced) {
    for (const slot of running) sim.normal('Killing', `Stopping container ${slot.container.name}`, slot);
    for (const [slot, { failedHook }] of stops) if (failedHook) sim.warning('FailedPreStopHook', 'PreStopHook failed', slot);
  }
  const told = { ...ending, announced: true };
  const sandbox = hasSandbox(pod);
  const due = [...stops.values()].reduce((latest, { at }) => Math.max(latest, at), now);
  if (running.length > 0 && due > now) {
    sim.busy = undefined;
    return planOf(sim, statusOf(sim, { stopped: false, sandbox }), { at: due, ending: told });
  }
  endContainers(sim, stops);
  // Devices are given back before the pod's last status is written: until then it stays.
  if (sandbox && sim.world.devices()?.unprepareError() !== undefined)
    return planOf(sim, statusOf(sim, { stopped: false, sandbox }), { at: now + RETRY, ending: told });
  const { outcome } = ending;
  const status = statusOf(sim, { stopped: true, sandbox, ...(outcome ? { outcome } : {}) });
  const final = { ...status, phase: status.phase === 'Succeeded' ? 'Succeeded' : 'Failed' };
  const plan = planOf(sim, final, { ending: told, remove });
  return remove ? { ...plan, memory: { ...plan.memory, removed: true } } : plan;
}

/** Plans a pod with a deletion timestamp. */
export function planTermination(pod: corev1.Pod, world: PodWorld, now: Instant): PodPlan {
  const { phase } = pod.status ?? {};
  const { ending, removed } = world.memory;
  if (removed) return { events: [], memory: world.memory, pulled: [], remove: false };
  if (phase === 'Succeeded' || phase === 'Failed')
    return { events: [], memory: { ...world.memory, removed: true }, pulled: [], remove: true };
  const grace = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
  // If this is noticed late, e.g. after a restart: what is left of the time that a container takes to stop.
  const since = ending?.since ?? Math.max(stoppingSince(pod, now), now - grace);
  const shorter = Math.min(grace, ending?.grace ?? grace);
  const sim = isLeft(pod, world) ? asFound(pod, world, now) : new Simulation(pod, world, now);
  return planEnding(sim, { ...ending, since, grace: shorter }, { remove: true });
}
