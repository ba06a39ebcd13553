import type { corev1 } from '#api';
import { formatGoDuration, goQuote } from '#apimachinery';
import { findImage, pullError } from '../images/catalogue.js';
import { accessTo, deniedError, isPrivate } from '../images/private.js';
import { type ImageReference, imageError, parseImage } from '../images/reference.js';
import { isInBackOff } from './exit.js';
import { nextDelay } from './restart.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import { create, refuse } from './start.js';

/** The image of a container that is to be started (images EnsureImageExists). */

/** Begins to start a container: determines whether its image has to be pulled. */
export function beginStart(sim: Simulation, slot: Slot): void {
  tellMissingSecrets(sim);
  if (isInBackOff(sim, slot)) return;
  const image = slot.container.image ?? '';
  const reference = parseImage(image);
  if (!reference) {
    const message = `Failed to apply default image tag ${goQuote(image)}: couldn't parse image name ${goQuote(image)}: ${imageError(image)}`;
    sim.warning('InspectFailed', message, slot);
    sim.warning('Failed', 'Error: InvalidImageName', slot);
    refuse(sim, slot, 'InvalidImageName', message);
    return;
  }
  const policy = slot.container.imagePullPolicy || (reference.tag === 'latest' && !reference.digest ? 'Always' : 'IfNotPresent');
  // An image that needs credentials is as if it were absent for pods that have none.
  const present = sim.hasImage(reference.full) && denial(sim, reference) === undefined;
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

/** Why a registry does not give an image to the pod; undefined if it does, as far as credentials are concerned. */
function denial({ pod, world }: Simulation, reference: ImageReference): string | undefined {
  if (!isPrivate(reference)) return undefined;
  const secrets = (pod.spec.imagePullSecrets ?? []).flatMap(({ name = '' }): corev1.Secret[] => {
    const secret = name === '' ? undefined : world.secret(name);
    return secret ? [secret] : [];
  });
  const access = accessTo(reference, secrets);
  return access === 'granted' ? undefined : deniedError(reference, access);
}

/** Says once a sync that pull secrets are missing (getPullSecretsForPod). */
function tellMissingSecrets(sim: Simulation): void {
  const names = (sim.pod.spec.imagePullSecrets ?? []).flatMap(({ name = '' }) => (name !== '' && !sim.world.secret(name) ? [name] : []));
  if (names.length === 0) return;
  const message = `Unable to retrieve some image pull secrets (${names.join(', ')}); attempting to pull the image may not succeed.`;
  if (!sim.events.some((event) => event.message === message)) sim.warning('FailedToRetrieveImagePullSecret', message);
}

const faultOf = (sim: Simulation, reference: ImageReference | undefined) => reference && sim.world.pullFault?.(reference.full);

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
  const usual = Math.round(present ? sim.world.profile.imagePull / 5 : sim.world.profile.imagePull);
  const fault = faultOf(sim, parseImage(image));
  const time = fault && 'delay' in fault ? usual + fault.delay : usual;
  sim.busy = { container: slot.container.name, step: 'pull', since: sim.at, until: sim.at + time };
}

/** The pull has finished. */
export function finishPull(sim: Simulation, slot: Slot, since: number): void {
  const image = slot.container.image ?? '';
  const reference = parseImage(image);
  const found = reference && findImage(reference);
  const fault = faultOf(sim, reference);
  const denied = fault && 'error' in fault ? fault.error : found && denial(sim, reference);
  if (reference && found && denied === undefined) {
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
  const error = denied ?? (reference ? pullError(reference) : 'invalid reference format');
  sim.warning('Failed', `Failed to pull image ${goQuote(image)}: ${error}`, slot);
  sim.warning('Failed', 'Error: ErrImagePull', slot);
  sim.wait(slot, 'ErrImagePull', error);
  const pull = { failedAt: sim.at, delay: nextDelay(slot.memory.pull?.delay), error };
  sim.remember(slot, { pull, notBefore: sim.at + sim.untilSync });
}
