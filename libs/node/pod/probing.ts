import type { corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { type Hang, hungProbe, probedAgain, probedFrom } from './hang.js';
import { killContainer } from './kill.js';
import type { ProbeMemory, ProbeType } from './memory.js';
import { neighboursOf } from './probed-neighbours.js';
import { PROBE_TYPES, probe, probeOf } from './probes.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** When probes are run and what follows from their results (kubelet/prober). */

const WORD = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' } as const;

/** A probe that has not been run yet: a container is live until a probe fails, and not ready until one succeeds. */
function initial(sim: Simulation, slot: Slot, type: ProbeType, spec: corev1.Probe): ProbeMemory {
  const known = type === 'liveness' || (type === 'readiness' ? slot.status.ready : slot.status.started === true);
  return { next: sim.startedAt(slot) + (spec.initialDelaySeconds ?? 0) * 1000, successes: 0, failures: 0, passed: known };
}

function memoryOf(sim: Simulation, slot: Slot, type: ProbeType): ProbeMemory | undefined {
  const spec = probeOf(slot.container, type);
  return spec && (slot.memory.probes?.[type] ?? initial(sim, slot, type, spec));
}

/** Whether the process of a container hangs at a time, and was not started since. */
function hangAt(sim: Simulation, slot: Slot, at: Instant): Hang | undefined {
  const { hang } = sim.world;
  const isMeant = hang !== undefined && sim.startedAt(slot) <= hang.since && at >= hang.since;
  return isMeant && (hang.until === undefined || at < hang.until) ? hang : undefined;
}

/** When a probe is begun, and when its result is known: later if the process hangs. Undefined: its result can no longer change. */
function dueProbe(sim: Simulation, slot: Slot, type: ProbeType): { begun: Instant; at: Instant } | undefined {
  const spec = probeOf(slot.container, type);
  const memory = memoryOf(sim, slot, type);
  if (!spec || !memory) return undefined;
  const { hang } = sim.world;
  // A result that could no longer change can when the process hangs.
  const isAsked = hang !== undefined && sim.startedAt(slot) <= hang.since && (hang.until === undefined || sim.at < hang.until);
  const begun = memory.next ?? (isAsked ? probedFrom(spec, slot.status, hang.since) : undefined);
  if (begun === undefined) return undefined;
  const hung = hangAt(sim, slot, begun) && hungProbe(slot.container, spec, sim.podIP);
  if (!hung) return { begun, at: begun };
  // Continued meanwhile, the process answers late.
  return { begun, at: Math.min(begun + hung.took, hang?.until ?? Number.POSITIVE_INFINITY) };
}

/** The soonest probe of a running container. */
export function nextProbe(sim: Simulation, slot: Slot): { type: ProbeType; at: Instant } | undefined {
  if (!slot.status.state?.running || slot.role === 'init' || slot.role === 'ephemeral') return undefined;
  const started = memoryOf(sim, slot, 'startup')?.passed ?? true;
  let soonest: { type: ProbeType; at: Instant } | undefined;
  for (const type of PROBE_TYPES) {
    // Until the container has started only the startup probe is run, and afterwards only the others.
    if ((type === 'startup') === started) continue;
    // After it has led to a restart, a probe is on hold (prober/worker.go).
    if (type !== 'readiness' && slot.memory.killing) continue;
    const at = dueProbe(sim, slot, type)?.at;
    if (at !== undefined && (soonest === undefined || at < soonest.at)) soonest = { type, at };
  }
  return soonest;
}

/** The next state of a probe after a result. */
function count(before: ProbeMemory, ok: boolean, spec: corev1.Probe): ProbeMemory {
  const successes = ok ? before.successes + 1 : 0;
  const failures = ok ? 0 : before.failures + 1;
  const passed = ok ? before.passed || successes >= (spec.successThreshold ?? 1) : before.passed && failures < (spec.failureThreshold ?? 3);
  return { successes, failures, passed };
}

/** Runs a probe and acts on the result: ready or not, started, or killed. */
export function runProbe(sim: Simulation, slot: Slot, type: ProbeType): void {
  const spec = probeOf(slot.container, type);
  const program = sim.program(slot);
  const before = memoryOf(sim, slot, type);
  const due = dueProbe(sim, slot, type);
  if (!spec || !program || !before) return;
  const hung = hangAt(sim, slot, sim.at) && hungProbe(slot.container, spec, sim.podIP);
  const elapsed = sim.at - sim.startedAt(slot);
  const outcome = hung
    ? { ok: false, output: hung.output }
    : spec.exec
      ? sim.looked(
          sim.world.processes.run(sim.startOf(slot), { argv: spec.exec.command ?? [], timeoutSeconds: spec.timeoutSeconds ?? 1 }, sim.at),
        )
      : probe({ container: slot.container, program, podIP: sim.podIP, elapsed, neighbours: () => neighboursOf(sim, slot) }, spec);
  if (outcome === undefined) return;
  if (outcome.error !== undefined) {
    // The result is thrown away (prober/worker.go doProbe).
    sim.warning('Unhealthy', `${WORD[type]} probe errored and resulted in unknown state: ${outcome.error}`, slot);
    const next = sim.at + Math.max(1, spec.periodSeconds ?? 10) * 1000;
    sim.remember(slot, { probes: { ...slot.memory.probes, [type]: { ...before, next } } });
    return;
  }
  const { ok, output } = outcome;
  if (!ok) sim.warning('Unhealthy', `${WORD[type]} probe failed: ${output}`, slot);
  const after = count(before, ok, spec);
  // A success that can no longer change is not checked again.
  const settled = ok && after.passed && outcome.quiet === true;
  const next = settled ? undefined : probedAgain(spec, due?.begun ?? sim.at, sim.at);
  sim.remember(slot, { probes: { ...slot.memory.probes, [type]: { ...after, next } } });
  if (ok || type === 'readiness' || after.failures < (spec.failureThreshold ?? 3)) return;
  const grace = spec.terminationGracePeriodSeconds;
  const message = `Container ${slot.container.name} failed ${type} probe`;
  killContainer(sim, slot, {
    message,
    restarting: true,
    ...(grace === undefined ? {} : { grace: grace * 1000 }),
    ...(hung ? { hangs: true } : {}),
  });
}

/** Sets started and ready in a container's status from the results of its probes (prober UpdatePodStatus). */
export function applyProbes(sim: Simulation, slot: Slot): void {
  if (slot.role === 'init' || slot.role === 'ephemeral') {
    if (slot.role === 'init') slot.status = { ...slot.status, started: slot.status.state?.running !== undefined };
    return;
  }
  const running = slot.status.state?.running !== undefined;
  const started = running && (memoryOf(sim, slot, 'startup')?.passed ?? true);
  const ready = started && (memoryOf(sim, slot, 'readiness')?.passed ?? true);
  slot.status = { ...slot.status, started, ready };
}
