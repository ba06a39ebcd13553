import { isInBackOff } from './exit.js';
import { ensureImage, failure, pullResult, type WantedImage, waitForImage } from './image-pull.js';
import { finishVolumePull, haveImageVolumes } from './image-volumes.js';
import type { Simulation } from './simulation.js';
import type { Slot } from './slot.js';
import { create } from './start.js';

/** The image of a container that is to be started, after those of its pod's volumes. */

const wanted = (slot: Slot): WantedImage => ({
  image: slot.container.image ?? '',
  policy: slot.container.imagePullPolicy,
  pull: slot.memory.pull,
  slot,
});

/** Begins to start a container: determines whether its image has to be pulled. */
export function beginStart(sim: Simulation, slot: Slot): void {
  tellMissingSecrets(sim);
  if (isInBackOff(sim, slot) || !haveImageVolumes(sim, slot)) return;
  const found = ensureImage(sim, wanted(slot));
  if (found.is === 'present') create(sim, slot);
  else if (found.is === 'refused') waitForImage(sim, slot, found.refusal);
  else sim.busy = { container: slot.container.name, step: 'pull', since: sim.at, until: found.until };
}

/** Says once a sync that pull secrets are missing (getPullSecretsForPod). */
function tellMissingSecrets(sim: Simulation): void {
  const names = (sim.pod.spec.imagePullSecrets ?? []).flatMap(({ name = '' }) => (name !== '' && !sim.world.secret(name) ? [name] : []));
  if (names.length === 0) return;
  const message = `Unable to retrieve some image pull secrets (${names.join(', ')}); attempting to pull the image may not succeed.`;
  if (!sim.events.some((event) => event.message === message)) sim.warning('FailedToRetrieveImagePullSecret', message);
}

/** The pull has finished: that of a container's image, or of a volume's, after which its start goes on. */
export function finishPull(sim: Simulation, slot: Slot, { since, volume }: { since: number; volume?: string }): void {
  if (volume !== undefined) {
    finishVolumePull(sim, volume, since);
    beginStart(sim, slot);
    return;
  }
  const pull = pullResult(sim, wanted(slot), since);
  sim.remember(slot, { pull });
  if (pull === undefined) create(sim, slot);
  else waitForImage(sim, slot, failure(sim, pull));
}
