import type { Instant } from '#apimachinery';
import { hookOutcome } from './hooks.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** The exit code of a process that does not handle SIGTERM and is killed. */
export const KILLED = 137;
/** A container has at least this long to stop (minimumGracePeriodInSeconds of the kubelet). */
const SHORTEST_GRACE = 2_000;

/** How a container stops: when it has ended, with which exit code, and whether its preStop hook failed before. */
export interface Stop {
  code: number;
  at: Instant;
  failedHook: boolean;
}

/** When a container is told to stop, and how long it has. */
export interface StopRequest {
  since: Instant;
  grace: number;
  /** What has to end before it gets SIGTERM, after its preStop hook. */
  turn?: Instant;
}

const wholeSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000) * 1000;

/**
 * What follows when a container is told to stop (kuberuntime killContainer): its preStop hook, its turn among the containers of the pod,
 * SIGTERM, and SIGKILL when the rest of the grace period is over. Undefined: a process has to be looked at first.
 */
export function stopOf(sim: Simulation, slot: Slot, { since, grace, turn }: StopRequest): Stop | undefined {
  let at = since;
  let left = grace;
  let failedHook = false;
  const preStop = slot.container.lifecycle?.preStop;
  if (preStop && grace > 0) {
    const hook = hookOutcome(sim, slot, preStop, { at, timeoutSeconds: Math.ceil(grace / 1000) });
    if (hook === undefined) return undefined;
    const took = Math.min(hook.took, grace);
    failedHook = hook.failure !== undefined && hook.took <= grace;
    at += took;
    left -= wholeSeconds(took);
  }
  if (turn !== undefined && turn > at && left > 0) {
    const waited = Math.min(turn - at, left);
    at += waited;
    left -= wholeSeconds(waited);
  }
  const end = afterSignal(sim, slot, { since, at });
  if (end === undefined) return undefined;
  const latest = at + Math.max(left, SHORTEST_GRACE);
  return end.at > latest ? { code: KILLED, at: latest, failedHook } : { code: end.code, at: Math.max(at, end.at), failedHook };
}

/** What SIGTERM does at an instant. */
function afterSignal(
  sim: Simulation,
  slot: Slot,
  { since, at }: { since: Instant; at: Instant },
): { code: number; at: Instant } | undefined {
  const program = sim.program(slot);
  const { profile } = sim.world;
  if (program === undefined || program.does === 'not-start') return { code: KILLED, at };
  const { script, stopCode } = program;
  const command = script && slot.container.lifecycle?.preStop?.exec?.command;
  if (command || script?.traps || script?.byPod) {
    const hook = command ? { argv: command, at: since } : undefined;
    const stopped = sim.looked(sim.world.processes.stop(sim.startOf(slot), at, hook));
    if (stopped === undefined || 'code' in stopped) return stopped;
  } else if (stopCode !== KILLED) return { code: stopCode, at: at + profile.containerStop };
  // Process 1 of a container gets no signal that it does not handle: it is killed when its time is over. The instant profile waits for nobody.
  return { code: KILLED, at: profile.name === 'instant' ? at : Number.MAX_SAFE_INTEGER };
}
