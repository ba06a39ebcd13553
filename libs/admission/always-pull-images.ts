import type { corev1 } from '#api';
import { bareError, type FieldError, fieldPath, formatFieldError, notSupported } from '#apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '#apiserver';
import { podOf } from './pod-attributes.js';
import { rejected } from './rejection.js';

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

type Container = corev1.Container | corev1.EphemeralContainer;
const containersOf = ({ spec }: corev1.Pod): Container[] => LISTS.flatMap((list): Container[] => spec[list] ?? []);

/** The pod of a request that may bring images to a node: a new one, or one that gets an image it did not have. */
function concerned(attributes: AdmissionAttributes): corev1.Pod | undefined {
  const pod = podOf(attributes);
  if (pod === undefined || attributes.operation !== 'UPDATE') return pod;
  const known = new Set(containersOf(attributes.oldObject as corev1.Pod).map(({ image }) => image));
  return containersOf(pod).some(({ image }) => !known.has(image)) ? pod : undefined;
}

function wrongPolicies({ spec }: corev1.Pod): FieldError[] {
  const path = fieldPath('spec');
  const containers = LISTS.flatMap((list) =>
    (spec[list] ?? []).flatMap(({ imagePullPolicy }, index) =>
      imagePullPolicy === 'Always'
        ? []
        : [notSupported(path.child(list).index(index).child('imagePullPolicy'), imagePullPolicy ?? '', ['Always'])],
    ),
  );
  const volumes = (spec.volumes ?? []).flatMap(({ image }, index) => {
    if (image === undefined || image.pullPolicy === 'Always') return [];
    return [notSupported(path.child('volumes').index(index).child('image', 'pullPolicy'), image.pullPolicy ?? '', ['Always'])];
  });
  return [...containers, ...volumes];
}

/**
 * Every image is pulled before its container starts, so that nobody uses an image on a node without the credentials for it
 * (plugin/pkg/admission/alwayspullimages).
 */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods'],
  defaultOff: true,
  admit(attributes) {
    const spec = concerned(attributes)?.spec;
    if (spec === undefined) return;
    const always = <T extends Container>(container: T): T => ({ ...container, imagePullPolicy: 'Always' });
    spec.containers = spec.containers.map(always);
    if (spec.initContainers) spec.initContainers = spec.initContainers.map(always);
    if (spec.ephemeralContainers) spec.ephemeralContainers = spec.ephemeralContainers.map(always);
    if (spec.volumes?.some(({ image }) => image)) {
      spec.volumes = spec.volumes.map((volume) =>
        volume.image ? { ...volume, image: { ...volume.image, pullPolicy: 'Always' } } : volume,
      );
    }
  },
  validate(attributes) {
    const pod = concerned(attributes);
    const texts = pod ? wrongPolicies(pod).map((error) => rejected(attributes, formatFieldError(error)).status.message) : [];
    // Upstream joins its refusals to a plain error.
    if (texts.length > 0) throw bareError(texts.length === 1 ? texts.join() : `[${texts.join(', ')}]`);
  },
};
