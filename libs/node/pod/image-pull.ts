import type { corev1 } from '#api';
import { formatGoDuration, goQuote, type Instant } from '#apimachinery';
import { findImage, pullError } from '../images/catalogue.js';
import { accessTo, deniedError, isPrivate } from '../images/private.js';
import { type ImageReference, imageError, parseImage } from '../images/reference.js';
import type { FailedPull } from './memory.js';
import { nextDelay } from './restart.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/** Images that a pod needs, those of its containers and of its volumes (images EnsureImageExists). */

/** Retry interval in milliseconds, which is that of a pod worker's syncs. */
const RESYNC = 15_000;

/** An image that has to be on the node. */
export interface WantedImage {
  readonly image: string;
  readonly policy: string | undefined;
  /** The last pull, if it failed. */
  readonly pull: FailedPull | undefined;
  /** The container whose events tell of it; unset: its pod's. */
  readonly slot?: Slot;
}

/** Why an image cannot be had, in the words of a waiting container, and until when. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
  readonly until: Instant;
}

/** What is found: it is there, it cannot be had for now, or it is pulled until an instant. */
type Ensured =
  | { readonly is: 'present' }
  | { readonly is: 'refused'; readonly refusal: Refusal }
  | { readonly is: 'pulled'; readonly until: Instant };

const refused = (reason: string, message: string, until: Instant): Ensured => ({ is: 'refused', refusal: { reason, message, until } });

/** Determines whether an image has to be pulled, and begins to. */
export function ensureImage(sim: Simulation, { image, policy: given, pull, slot }: WantedImage): Ensured {
  const reference = parseImage(image);
  if (!reference) {
    const message = `Failed to apply default image tag ${goQuote(image)}: couldn't parse image name ${goQuote(image)}: ${imageError(image)}`;
    sim.warning('InspectFailed', message, slot);
    return refused('InvalidImageName', message, sim.at + RESYNC);
  }
  const policy = given || (reference.tag === 'latest' && !reference.digest ? 'Always' : 'IfNotPresent');
  // An image that needs credentials is as if it were absent for pods that have none.
  const present = sim.hasImage(reference.full) && denial(sim, reference) === undefined;
  if (policy === 'Never' && !present) {
    const message = `Container image ${goQuote(image)} is not present with pull policy of Never`;
    sim.warning('ErrImageNeverPull', message, slot);
    return refused('ErrImageNeverPull', message, sim.at + RESYNC);
  }
  if (present && policy !== 'Always') {
    sim.normal('Pulled', `Container image ${goQuote(image)} already present on machine and can be accessed by the pod`, slot);
    return { is: 'present' };
  }
  if (pull && sim.at < pull.failedAt + pull.delay) {
    sim.normal('BackOff', `Back-off pulling image ${goQuote(image)}`, slot);
    return refused('ImagePullBackOff', `Back-off pulling image ${goQuote(image)}: ErrImagePull: ${pull.error}`, pull.failedAt + pull.delay);
  }
  sim.normal('Pulling', `Pulling image ${goQuote(image)}`, slot);
  // If the image is present, only its digest is checked with the registry.
  const usual = Math.round(present ? sim.world.profile.imagePull / 5 : sim.world.profile.imagePull);
  const fault = faultOf(sim, reference);
  return { is: 'pulled', until: sim.at + usual + (fault && 'delay' in fault ? fault.delay : 0) };
}

/** The pull has finished; returns how it failed, if it did. */
export function pullResult(sim: Simulation, { image, pull, slot }: WantedImage, since: Instant): FailedPull | undefined {
  const reference = parseImage(image);
  const found = reference && findImage(reference);
  const fault = faultOf(sim, reference);
  const denied = fault && 'error' in fault ? fault.error : found && denial(sim, reference);
  if (reference && found && denied === undefined) {
    const took = formatGoDuration(sim.at - since);
    const message = `Successfully pulled image ${goQuote(image)} in ${took} (${took} including waiting). Image size: ${found.size} bytes.`;
    sim.normal('Pulled', message, slot);
    sim.pulled.add(reference.full);
    return undefined;
  }
  const error = denied ?? (reference ? pullError(reference) : 'invalid reference format');
  sim.warning('Failed', `Failed to pull image ${goQuote(image)}: ${error}`, slot);
  return { failedAt: sim.at, delay: nextDelay(pull?.delay), error };
}

/** A container waits because of an image. */
export function waitForImage(sim: Simulation, slot: Slot, { reason, message, until }: Refusal): void {
  sim.warning('Failed', `Error: ${reason}`, slot);
  sim.wait(slot, reason, message);
  sim.remember(slot, { notBefore: until });
}

/** A pull that has failed just now, until the next sync. */
export const failure = (sim: Simulation, { error }: FailedPull): Refusal => ({
  reason: 'ErrImagePull',
  message: error,
  until: sim.at + sim.untilSync,
});

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

const faultOf = (sim: Simulation, reference: ImageReference | undefined) => reference && sim.world.pullFault?.(reference.full);
