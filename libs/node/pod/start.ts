import { formatGoDuration, goQuote } from '#apimachinery';
import { findImage, pullError } from '../images/catalogue.js';
import { parseImage } from '../images/reference.js';
import { onExit } from './exit.js';
import { hookOutcome } from './hooks.js';
import { finishKill } from './kill.js';
import { configError } from './references.js';
import { afterRestart, crashEntry, nextDelay } from './restart.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import { stopOf } from './stop.js';

/** The start of a container: image, configuration, creation, start (kuberuntime startContainer, images EnsureImageExists). */

/** Retry interval in milliseconds, which is that of a pod worker's syncs. */
const RESYNC = 15_000;
/** From a failed pull to the next sync, which finds it in back-off. */
const NEXT_SYNC = 1_000;

/** Why a container cannot be started, in the words of its status. */
function refuse(sim: Simulation, slot: Slot, reason: string, message: string): void {
  sim.wait(slot, reason, message);
  sim.remember(slot, { notBefore: sim.at + RESYNC });
}

/** Begins to start a container: determines whether its image has to be pulled. */
export function beginStart(sim: Simulation, slot: Slot): void {
  const image = slot.container.image ?? '';
  const reference = parseImage(image);
  if (!reference) {
    const message = `Failed to apply default image tag ${goQuote(image)}: couldn't parse image name ${goQuote(image)}: invalid reference format`;
    sim.warning('InspectFailed', message, slot);
    sim.warning('Failed', 'Error: InvalidImageName', slot);
    refuse(sim, slot, 'InvalidImageName', message);
    return;
  }
  const policy = slot.container.imagePullPolicy || (reference.tag === 'latest' && !reference.digest ? 'Always' : 'IfNotPresent');
  const present = sim.hasImage(reference.full);
  if (policy === 'Never' && !present) {
    const message = `Container image ${goQuote(image)} is not present with pull policy of Never`;
    sim.warning('ErrImageNeverPull', message, slot);
    sim.warning('Failed', 'Error: ErrImageNeverPull', slot);
    refuse(sim, slot, 'ErrImageNeverPull', message);
  } else if (present && policy !== 'Always') {
    sim.normal('Pulled', `Container image ${goQuote(image)} already present on machine and can be accessed by the pod`, slot);
    create(sim, slot);
  } else beginPull(sim, slot, { image, present });
}

function beginPull(sim: Simulation, slot: Slot, { image, present }: { image: string; present: boolean }): void {
  const { pull } = slot.memory;
  if (pull && sim.at < pull.failedAt + pull.delay) {
    sim.normal('BackOff', `Back-off pulling image ${goQuote(image)}`, slot);
    sim.warning('Failed', 'Error: ImagePullBackOff', slot);
    sim.wait(slot, 'ImagePullBackOff', `Back-off pulling image ${goQuote(image)}: ErrImagePull: ${pull.error}`);
    sim.remember(slot, { notBefore: pull.failedAt + pull.delay });
    return;
  }
  sim.normal('Pulling', `Pulling image ${goQuote(image)}`, slot);
  // If the image is present, only its digest is checked with the registry.
  const time = Math.round(present ? sim.world.profile.imagePull / 5 : sim.world.profile.imagePull);
  sim.busy = { container: slot.container.name, step: 'pull', since: sim.at, until: sim.at + time };
}

/** The pull has finished. */
export function finishPull(sim: Simulation, slot: Slot, since: number): void {
  const image = slot.container.image ?? '';
  const reference = parseImage(image);
  const found = reference && findImage(reference);
  if (reference && found) {
    const took = formatGoDuration(sim.at - since);
    sim.normal(
      'Pulled',
      `Successfully pulled image ${goQuote(image)} in ${took} (${took} including waiting). Image size: ${found.size} bytes.`,
      slot,
    );
    sim.pulled.add(reference.full);
    sim.remember(slot, { pull: undefined });
    create(sim, slot);
    return;
  }
  const error = reference ? pullError(reference) : 'invalid reference format';
  sim.warning('Failed', `Failed to pull image ${goQuote(image)}: ${error}`, slot);
  sim.warning('Failed', 'Error: ErrImagePull', slot);
  sim.wait(slot, 'ErrImagePull', error);
  const next = Math.min(NEXT_SYNC, sim.world.profile.imagePull);
  sim.remember(slot, { pull: { failedAt: sim.at, delay: nextDelay(slot.memory.pull?.delay), error }, notBefore: sim.at + next });
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

/** The image is present: creates the container's configuration, and starts it after the time that takes. */
function create(sim: Simulation, slot: Slot): void {
  const error = configError(sim.pod, slot.container, sim.world) ?? rootError(sim, slot);
  if (error !== undefined) {
    sim.warning('Failed', `Error: ${error}`, slot);
    refuse(sim, slot, 'CreateContainerConfigError', error);
    return;
  }
  sim.busy = { container: slot.container.name, step: 'start', since: sim.at, until: sim.at + sim.world.profile.containerStart };
}

/** The container is created and started. */
export function finishStart(sim: Simulation, slot: Slot): void {
  const reference = parseImage(slot.container.image ?? '');
  const image = reference && findImage(reference);
  const program = sim.program(slot);
  if (slot.status.state?.terminated ?? slot.status.lastState?.terminated)
    sim.remember(slot, { crash: afterRestart(crashEntry(slot), sim.finishedAt(slot), sim.at) });
  sim.normal('Created', 'Container created', slot);
  const before = slot.status;
  sim.run(slot, { name: reference?.full ?? '', id: image?.imageID ?? '', user: image?.definition.user ?? 0 });
  if (program?.does === 'not-start') {
    sim.warning('Failed', `Error: ${program.message}`, slot);
    slot.status = { ...slot.status, state: {} };
    onExit(sim, slot, 128, { reason: 'StartError', message: program.message });
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
