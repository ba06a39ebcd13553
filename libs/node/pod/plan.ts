import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { isTerminalPhase } from '#component-helpers';
import { HARD_GRACE } from '../eviction/evictions.js';
import { parseImage } from '../images/reference.js';
import type { Overage } from '../runtime/storage-limits.js';
import { isOutOfMemory } from '../usage.js';
import { rejection } from './admission.js';
import { hasSandbox, planOf, statusOf } from './assemble.js';
import { podDNS } from './dns.js';
import { onExit } from './exit.js';
import { finishKill, killContainer } from './kill.js';
import { phaseOf } from './phase.js';
import { applyProbes, nextProbe, runProbe } from './probing.js';
import { beginStart, finishPull } from './pull.js';
import { isFromBefore, isLeft, planFound, rememberedSince, staysDown } from './reboot.js';
import { resizePod } from './resize.js';
import { shouldRestart } from './restart.js';
import { restartAll } from './restart-all.js';
import { sandboxErrors } from './sandbox.js';
import { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import { finishHook, finishStart } from './start.js';
import { storageUse } from './storage-use.js';
import { planEnding, planTermination } from './termination.js';
import type { PodPlan, PodWorld } from './world.js';

/** Maximum steps of one pod in one plan; the rest waits for the next plan. */
const MOST_STEPS = 2_000;
/** Maximum containers that all steps of one plan visit together: each step visits every container. */
const MOST_LOOKS = 100_000;
/** Minimum steps, regardless of the number of containers, so that every plan makes progress. */
const FEWEST_STEPS = 4;
/** Initial and maximum delay until volumes are retried (volume/util goroutinemap exponential back-off). */
const FIRST_RETRY = 500;
const LONGEST_RETRY = 122_000;

/** From the start of a process that uses more memory than it may to its end. */
const OUT_OF_MEMORY_AFTER = 1_000;

/** From the start of a process that crashes to its end. */
const CRASH_AFTER = 1_000;

/** Something that happens to a pod at an instant. */
interface Step {
  at: Instant;
  take(): void;
  /** It is taken in the next plan, after the status of this one is written. */
  later?: boolean;
}

/** The container to be started next, and when. Init containers are started one after the other, then all the others. */
function nextStart(sim: Simulation): { slot: Slot; at: Instant } | undefined {
  const { boot } = sim.world;
  const initialized = sim.slots.some((slot) => slot.role === 'main' && slot.status.containerID && !isFromBefore(slot, boot));
  let soonest: { slot: Slot; at: Instant } | undefined;
  for (const slot of sim.slots) {
    const { state } = slot.status;
    if (slot.role === 'init' && initialized) continue;
    if (!state?.running && !isDone(sim, slot)) {
      const at = Math.max(slot.memory.notBefore ?? 0, sim.at);
      if (soonest === undefined || at < soonest.at) soonest = { slot, at };
    }
    if (!initialized && blocks(sim, slot)) break;
  }
  return soonest;
}

/** A container that has ended permanently. */
function isDone(sim: Simulation, slot: Slot): boolean {
  const { terminated } = slot.status.state ?? {};
  if (slot.role === 'init' && isFromBefore(slot, sim.world.boot)) return false;
  return terminated !== undefined && !shouldRestart(slot, sim.pod, terminated.exitCode);
}

/** Whether the following containers have to wait for it. */
function blocks(sim: Simulation, slot: Slot): boolean {
  if (slot.role === 'sidecar') {
    applyProbes(sim, slot);
    return slot.status.started !== true;
  }
  return slot.role === 'init' && (slot.status.state?.terminated?.exitCode !== 0 || isFromBefore(slot, sim.world.boot));
}

function exitStep(sim: Simulation, slot: Slot): Step | undefined {
  const { killing } = slot.memory;
  if (slot.status.state?.running && killing) return { at: killing.until, take: () => finishKill(sim, slot, killing) };
  if (slot.status.state?.running && isOutOfMemory(sim.pod, slot.container, slot.status.resources ?? slot.container.resources))
    return { at: sim.startedAt(slot) + OUT_OF_MEMORY_AFTER, take: () => onExit(sim, slot, 137, { reason: 'OOMKilled' }) };
  const { crash } = sim.world;
  if (slot.status.state?.running && crash)
    return { at: Math.max(crash.since, sim.startedAt(slot) + CRASH_AFTER), take: () => onExit(sim, slot, crash.code) };
  const program = slot.status.state?.running && sim.program(slot);
  if (program && program.does !== 'not-start' && program.script && (program.script.byPod || sim.world.processes.isPeculiar()))
    return lookedStep(sim, slot);
  if (program?.does !== 'exit') return undefined;
  const { code, after, message } = program;
  const at = sim.startedAt(slot) + after;
  return { at, later: isAwaited(sim, slot, at), take: () => onExit(sim, slot, code, message === undefined ? {} : { message }) };
}

/**
 * Whether the end of a container waits until its start has been written: a client that is about to attach waits for a pod that runs, and would
 * never see one whose command ends at once, again and again.
 */
const isAwaited = (sim: Simulation, slot: Slot, at: Instant): boolean =>
  slot.container.stdin === true && sim.fresh.has(slot) && at >= sim.now;

/** The end of a process that depends on its pod, or the next look at it. */
function lookedStep(sim: Simulation, slot: Slot): Step | undefined {
  const end = sim.looked(sim.world.processes.end(sim.startOf(slot)));
  if (end === undefined || end === 'never') return undefined;
  if ('lookAt' in end) return { at: end.lookAt, take: () => sim.looked(undefined) };
  const { at, code, message } = end;
  return { at, later: isAwaited(sim, slot, at), take: () => onExit(sim, slot, code, message === undefined ? {} : { message }) };
}

function busyStep(sim: Simulation, busy: NonNullable<Simulation['busy']>): Step {
  const slot = sim.slots.find(({ container }) => container.name === busy.container);
  return {
    at: busy.until,
    take() {
      sim.busy = undefined;
      if (!slot) return;
      if (busy.step === 'pull') finishPull(sim, slot, busy);
      else if (busy.step === 'hook') finishHook(sim, slot);
      else finishStart(sim, slot);
    },
  };
}

function earliest(steps: ReadonlyArray<Step | undefined>): Step | undefined {
  let soonest: Step | undefined;
  for (const step of steps) if (step && (soonest === undefined || step.at < soonest.at)) soonest = step;
  return soonest;
}

/** The next step for the pod, whenever it is due. */
function nextStep(sim: Simulation): Step | undefined {
  const { restarting } = sim;
  if (restarting) return { at: restarting.at, take: () => restartAll(sim) };
  const steps: Array<Step | undefined> = [];
  if (sim.busy) steps.push(busyStep(sim, sim.busy));
  else {
    const start = nextStart(sim);
    if (start) steps.push({ at: start.at, take: () => beginStart(sim, start.slot) });
  }
  for (const slot of sim.slots) {
    steps.push(exitStep(sim, slot));
    const due = nextProbe(sim, slot);
    // The prober finds a container in the status (prober/worker.go doProbe).
    if (due) steps.push({ at: due.at, later: sim.fresh.has(slot) && due.at >= sim.now, take: () => runProbe(sim, slot, due.type) });
  }
  return earliest(steps);
}

/** Nothing is retried: volumes that are not attached to the node yet are waited for, and a change of the node plans the pod again. */
const NEVER = Number.POSITIVE_INFINITY;

/** The sandbox comes first: no container starts before it is ready. Returns when to retry. */
function sandboxRetry(sim: Simulation): Instant | undefined {
  if (hasSandbox(sim.pod)) return undefined;
  if (staysDown(sim)) return NEVER;
  if (sim.world.volumes().waits) return NEVER;
  const { mount } = sim;
  if (mount && mount.retryAt > sim.now) return mount.retryAt;
  const errors = sandboxErrors(sim);
  if (errors.length === 0) {
    sim.mount = undefined;
    if (sim.pod.spec.dnsConfig) for (const message of podDNS(sim.pod).warnings) sim.warning('DNSConfigForming', message);
    return undefined;
  }
  const took = Math.max(...errors.map((error) => error.took ?? 0));
  const begins = took > 0 && mount?.trying !== true;
  for (const error of errors) if (begins ? !error.took : took === 0 || error.took) sim.warning(error.reason, error.message);
  if (begins) {
    sim.mount = { retryAt: sim.now + took, delay: mount?.delay ?? 0, trying: true };
    return sim.mount.retryAt;
  }
  const delay = mount?.delay ? Math.min(mount.delay * 2, LONGEST_RETRY) : FIRST_RETRY;
  const resync = errors.find((error) => error.resync !== undefined)?.resync;
  sim.mount = resync === undefined ? { retryAt: sim.now + delay, delay } : { retryAt: sim.now + resync, delay: 0 };
  return sim.mount.retryAt;
}

function deadlineOf({ spec, status }: corev1.Pod, now: Instant): Instant | undefined {
  const seconds = spec?.activeDeadlineSeconds;
  return seconds === undefined ? undefined : (parseTime(status?.startTime ?? '') ?? now) + seconds * 1000;
}

/** Takes all steps that are due; returns when the next one is. */
function advance(sim: Simulation, until: Instant, remounted: boolean): Instant | undefined {
  // Overdue steps are taken at their own time, so that a late plan results in the same times.
  const { at, generation } = sim.world.memory;
  sim.at = generation === sim.pod.metadata.generation && !remounted ? Math.min(until, at ?? until) : until;
  const most = Math.max(FEWEST_STEPS, Math.min(MOST_STEPS, Math.floor(MOST_LOOKS / sim.slots.length)));
  for (let taken = 0; taken < most; taken++) {
    const step = nextStep(sim);
    if (sim.blocked) return sim.now;
    if (!step || step.at > until) {
      sim.at = sim.now;
      return step?.at;
    }
    if (step.later) return step.at;
    sim.at = Math.max(sim.at, step.at);
    step.take();
  }
  return sim.now;
}

/** Whether a container's image differs from the one it was created with. */
function isChanged({ container, status }: Slot): boolean {
  const wanted = parseImage(container.image ?? '')?.full ?? container.image;
  return wanted !== (parseImage(status.image)?.full ?? status.image);
}

/** A container whose image was changed in the spec is stopped and recreated (computePodActions: definition changed). */
function restartChanged(sim: Simulation, slot: Slot): void {
  if (!isChanged(slot)) return;
  const { name, image = '' } = slot.container;
  if (sim.busy?.container === name) sim.busy = undefined;
  if (slot.status.state?.running) {
    killContainer(sim, slot, { message: `Container ${name} definition changed, will be restarted` });
  }
  slot.status = { ...slot.status, image };
  sim.remember(slot, { pull: undefined, crash: undefined, backOff: undefined, notBefore: undefined });
}

const OUT_OF_TIME = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };

function planDeadline(sim: Simulation): PodPlan {
  sim.normal(OUT_OF_TIME.reason, OUT_OF_TIME.message);
  return planEnding(sim, { since: sim.now, grace: sim.grace, outcome: OUT_OF_TIME }, { remove: false });
}

/** Whether the pod is done but for its sidecars, which then stop. */
function isDoneButSidecars(sim: Simulation): boolean {
  const initialized = sim.slots.some(({ role, status }) => role === 'main' && status.containerID);
  return (
    !sim.blocked &&
    sim.slots.some(({ status }) => status.state?.running) &&
    isTerminalPhase(phaseOf(sim.pod, sim.slots, { stopped: false, initialized }))
  );
}

function planEviction(sim: Simulation, { at, message }: Overage): PodPlan {
  const outcome = { reason: 'Evicted', message };
  sim.warning(outcome.reason, message);
  return planEnding(sim, { since: Math.max(at, sim.at), grace: HARD_GRACE, outcome }, { remove: false });
}

/**
 * Determines the state of a pod on its node at this time, and what follows: its status, events, and when to plan it again. Pure: everything
 * is in the pod, in the world and in the memory, of which all but the pod may be lost.
 */
export function planPod(pod: corev1.Pod, given: PodWorld, now: Instant): PodPlan {
  const memory = isLeft(pod, given) ? given.memory : rememberedSince(given.memory, given.boot);
  const world = memory === given.memory ? given : { ...given, memory };
  const idle: PodPlan = { events: [], memory: world.memory, pulled: [], remove: false };
  if (pod.metadata.deletionTimestamp) return planTermination(pod, world, now);
  if (isTerminalPhase(pod.status?.phase)) return idle;
  if (isLeft(pod, world)) return planFound(pod, world, now);
  const sim = new Simulation(pod, world, now);
  if (world.memory.ending) return planEnding(sim, world.memory.ending, { remove: false });
  const rejected = rejection(sim);
  if (rejected) return planOf(sim, rejected, {});
  const deadline = deadlineOf(pod, now);
  if (deadline !== undefined && deadline <= now && pod.status?.startTime) return planDeadline(sim);
  const retry = sandboxRetry(sim);
  for (const slot of sim.slots) restartChanged(sim, slot);
  resizePod(sim);
  const at = retry ?? advance(sim, now, world.memory.mount !== undefined);
  const { overage, lookAt } = storageUse(sim);
  if (overage && overage.at <= now) return planEviction(sim, overage);
  if (isDoneButSidecars(sim)) return planEnding(sim, { since: now, grace: sim.grace }, { remove: false });
  const status = statusOf(sim, { stopped: false, sandbox: retry === undefined });
  const next = isTerminalPhase(status.phase) || at === NEVER ? undefined : at;
  const due = [next, ...(isTerminalPhase(status.phase) ? [] : [deadline, sim.resize?.at, overage?.at, lookAt])].filter(
    (time) => time !== undefined,
  );
  return planOf(sim, status, due.length > 0 ? { at: Math.min(...due) } : {});
}
