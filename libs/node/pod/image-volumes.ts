import type { corev1 } from '#api';
import { findImage } from '../images/catalogue.js';
import { parseImage } from '../images/reference.js';
import { subPathNode } from '../runtime/mount.js';
import { imageDirectory } from '../runtime/root-files.js';
import { ensureImage, failure, pullResult, type Refusal, type WantedImage, waitForImage } from './image-pull.js';
import type { FailedPull } from './memory.js';
import { containerID, type Simulation } from './simulation.js';
import type { Slot } from './slot.js';

/**
 * The images of a pod's image volumes (KEP-4639; kuberuntime getImageVolumes): a sync that starts containers has all of them pulled first; those
 * that cannot be had keep the containers waiting that mount them.
 */

/** What is known of the image of a volume. */
export interface VolumeImage {
  readonly pull?: FailedPull | undefined;
  /** It was there in this sync. */
  readonly ready?: true;
  /** Why it cannot be had, and whether a container waits because of it: then it is looked for again when the refusal ends. */
  readonly refusal?: Refusal;
  readonly told?: boolean;
}

const wanted = (sim: Simulation, volume: string, image: corev1.ImageVolumeSource): WantedImage => ({
  image: image.reference ?? '',
  policy: image.pullPolicy,
  pull: sim.imageVolumes.get(volume)?.pull,
});

/** Has the images of a pod's volumes pulled before a container is started. False: it is not started now. */
export function haveImageVolumes(sim: Simulation, slot: Slot): boolean {
  for (const { name, image } of sim.pod.spec.volumes ?? []) {
    const { ready, refusal, told, pull } = sim.imageVolumes.get(name) ?? {};
    if (!image || ready || (refusal && !(told && refusal.until <= sim.at))) continue;
    const found = ensureImage(sim, wanted(sim, name, image));
    if (found.is === 'pulled') {
      sim.busy = { container: slot.container.name, step: 'pull', volume: name, since: sim.at, until: found.until };
      return false;
    }
    sim.imageVolumes.set(name, found.is === 'present' ? { ready: true } : { pull, refusal: found.refusal });
  }
  let refused = false;
  for (const { name } of slot.container.volumeMounts ?? []) {
    const known = sim.imageVolumes.get(name);
    if (!known?.refusal) continue;
    waitForImage(sim, slot, known.refusal);
    sim.imageVolumes.set(name, { ...known, told: true });
    refused = true;
  }
  return !refused;
}

/** The pull of a volume's image has finished. */
export function finishVolumePull(sim: Simulation, volume: string, since: number): void {
  const image = sim.pod.spec.volumes?.find(({ name }) => name === volume)?.image;
  if (!image) return;
  const pull = pullResult(sim, wanted(sim, volume, image), since);
  sim.imageVolumes.set(volume, pull === undefined ? { ready: true } : { pull, refusal: failure(sim, pull) });
}

/** Why a container is not created: a subPath that its image does not have (containerd, container_image_mount.go). */
export function imageMountError({ pod }: Simulation, { container }: Slot): string | undefined {
  for (const { name, subPath } of container.volumeMounts ?? []) {
    const image = subPath ? pod.spec.volumes?.find((volume) => volume.name === name)?.image : undefined;
    const reference = parseImage(image?.reference ?? '');
    const found = reference && findImage(reference);
    if (!subPath || !found) continue;
    const kind = subPathNode(imageDirectory(found.definition, image?.reference, 0), subPath)?.kind;
    if (kind === 'dir') continue;
    const digest = found.imageID.slice(found.imageID.indexOf(':') + 1);
    const target = `/run/containerd/io.containerd.grpc.v1.cri/image-volumes/${containerID(pod.metadata.uid ?? '', 'sandbox', 0)}/${digest}`;
    const why =
      kind === undefined
        ? `openat ${subPath}: no such file or directory`
        : `only directory subpath is supported, subpath: "${subPath}", mountpoint: "${target}" `;
    return `failed to mount image volume: ImageVolumeMountFailed: failed to ensure image subpath "${subPath}" in "${target}": ${why}`;
  }
  return undefined;
}
