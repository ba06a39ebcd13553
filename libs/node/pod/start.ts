import { goQuote } from '#apimachinery';
import { findImage } from '../images/catalogue.js';
import { parseImage } from '../images/reference.js';
import { readsFiles } from '../runtime/file-variables.js';
import { onExit } from './exit.js';
import { hookOutcome } from './hooks.js';
import { imageMountError } from './image-volumes.js';
import { finishKill } from './kill.js';
import { configError } from './references.js';
import { afterRestart, crashEntry } from './restart.js';
import { profileError } from './security-profiles.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import { stopOf } from './stop.js';

/** The start of a container whose image is present: configuration, creation, start (kuberuntime startContainer). */

/** Retry interval in milliseconds, which is that of a pod worker's syncs. */
const RESYNC = 15_000;

/** Why a container cannot be started, in the words of its status. */
function refuse(sim: Simulation, slot: Slot, reason: string, message: string): void {
  sim.wait(slot, reason, message);
  sim.remember(slot, { notBefore: sim.at + RESYNC });
}

/** Why a container may not run as the user that it would run as (kuberuntime verifyRunAsNonRoot). */
function rootError(sim: Simulation, { container }: Slot): string | undefined {
  const own = container.securityContext;
  const pod = sim.pod.spec?.securityContext;
  if ((own?.runAsNonRoot ?? pod?.runAsNonRoot) !== true) return undefined;
  const where = `(pod: "${sim.podName}", container: ${container.name})`;
  const user = own?.runAsUser ?? pod?.runAsUser;
  if (user !== undefined) return user === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  const reference = parseImage(container.image ?? '');
  const byImage = (reference && findImage(reference)?.definition.user) ?? 0;
  return byImage === 0 ? `container has runAsNonRoot and image will run as root ${where}` : undefined;
}

/** Why the container runtime creates no container. */
function creationError(sim: Simulation, slot: Slot): string | undefined {
  const program = sim.program(slot);
  if (program?.does === 'not-start' && program.uncreated) {
    return `failed to generate container ${goQuote(sim.nextID(slot))} spec: ${program.message}`;
  }
  return imageMountError(sim, slot) ?? profileError(sim.pod, slot.container, () => sim.world.machine());
}

const NO_FILES = { error: undefined };

/** Creates the container, and starts it after the time that takes. */
export function create(sim: Simulation, slot: Slot): void {
  const files = readsFiles(slot.container) ? sim.looked(sim.world.processes.fileVariables(slot.container, sim.at)) : NO_FILES;
  if (files === undefined) return;
  const error = configError(sim.pod, slot.container, sim.world) ?? files.error ?? rootError(sim, slot);
  if (error !== undefined) {
    sim.warning('Failed', `Error: ${error}`, slot);
    refuse(sim, slot, 'CreateContainerConfigError', error);
    return;
  }
  const message = creationError(sim, slot);
  if (message !== undefined) {
    sim.warning('Failed', `Error: ${message}`, slot);
    refuse(sim, slot, 'CreateContainerError', message);
    return;
  }
  sim.busy = { container: slot.container.name, step: 'start', since: sim.at, until: sim.at + sim.world.profile.containerStart };
}

/** The container is created and started. */
export function finishStart(sim: Simulation, slot: Slot): void {
  const reference = parseImage(slot.container.image ?? '');
  const image = reference && findImage(reference);
  const program = sim.program(slot);
  if (slot.status.containerID && (slot.status.state?.terminated ?? slot.status.lastState?.terminated))
    sim.remember(slot, { crash: afterRestart(crashEntry(slot), sim.finishedAt(slot), sim.at) });
  sim.normal('Created', 'Container created', slot);
  const before = slot.status;
  sim.run(slot, { name: reference?.full ?? '', id: image?.imageID ?? '', definition: image?.definition ?? {} });
  if (program?.does === 'not-start') {
    sim.warning('Failed', `Error: ${program.message}`, slot);
    slot.status = { ...slot.status, state: {} };
    const { message } = program;
    onExit(sim, slot, 128, { reason: 'StartError', message, waiting: { reason: 'RunContainerError', message } });
    return;
  }
  sim.normal('Started', 'Container started', slot);
  postStart(sim, slot, before);
}

/** A postStart hook runs for as long as it likes. */
const LONGEST_HOOK = 86_400;

/** The container's status is not written before its postStart hook is done: its pod's worker waits for it. */
function postStart(sim: Simulation, slot: Slot, before: Slot['status']): void {
  const handler = slot.container.lifecycle?.postStart;
  if (!handler) return;
  const outcome = hookOutcome(sim, slot, handler, { at: sim.at, timeoutSeconds: LONGEST_HOOK });
  if (outcome === undefined) return;
  const { took, failure } = outcome;
  const done = sim.at + took;
  const stop = failure === undefined ? undefined : stopOf(sim, slot, { since: done, grace: sim.grace });
  if (failure !== undefined && stop === undefined) return;
  const until = stop?.at ?? done;
  const killing = stop && { until, code: stop.code, waiting: { reason: 'PostStartHookError', message: failure ?? '' } };
  const hook = { status: slot.status, ...(killing ? { killing } : {}) };
  sim.remember(slot, { hook });
  if (until > sim.at) {
    slot.status = before;
    sim.busy = { container: slot.container.name, step: 'hook', since: sim.at, until };
  } else finishHook(sim, slot);
}

/** The postStart hook is done: the container runs, or it is killed. */
export function finishHook(sim: Simulation, slot: Slot): void {
  const { hook } = slot.memory;
  if (!hook) return;
  slot.status = hook.status;
  sim.remember(slot, { hook: undefined });
  sim.fresh.add(slot);
  if (!hook.killing) return;
  // The message is not in the event, because it may contain secrets.
  sim.warning('FailedPostStartHook', 'PostStartHook failed', slot);
  sim.normal('Killing', 'FailedPostStartHook', slot);
  finishKill(sim, slot, hook.killing);
}
