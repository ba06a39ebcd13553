import type { corev1 } from '#api';
import { append, type FieldError, fieldForbidden, fieldPath } from '#apimachinery';
import { MIRROR, validatePodAnnotations, validateProfilesMatch } from './annotations.js';
import { validateImageName } from './container-lists.js';
import { validatePodSpec } from './spec.js';

type Pod = corev1.Pod;

const annotationsPath = fieldPath('metadata', 'annotations');
const specPath = fieldPath('spec');

function validateTokens({ spec }: Pod): FieldError[] {
  if (spec.serviceAccountName) return [];
  const errors: FieldError[] = [];
  for (const [index, { projected }] of (spec.volumes ?? []).entries()) {
    for (const [each, { serviceAccountToken }] of (projected?.sources ?? []).entries()) {
      if (!serviceAccountToken) continue;
      const at = specPath.child('volumes').index(index).child('projected', 'sources').index(each).child('serviceAccountToken');
      errors.push(fieldForbidden(at, 'must not be specified when serviceAccountName is not set'));
    }
  }
  return errors;
}

/** A pod without the generic rules of metadata (validatePodMetadataAndSpec). */
export function validatePod(pod: Pod): FieldError[] {
  const { metadata, spec } = pod;
  const { annotations } = metadata;
  const errors = validatePodAnnotations(annotations, spec, annotationsPath);
  append(errors, validatePodSpec(spec, specPath, { name: metadata.name, isMirror: annotations?.[MIRROR] !== undefined }));
  if (spec.volumes) append(errors, validateTokens(pod));
  for (const list of ['containers', 'initContainers'] as const) {
    spec[list]?.forEach((container, index) => {
      append(errors, validateImageName(container, specPath.child(list).index(index)));
    });
  }
  return errors;
}

/** The creation of a pod (ValidatePodCreate). */
export function validatePodCreate(pod: Pod): FieldError[] {
  const errors = validatePod(pod);
  const { spec } = pod;
  if (spec.ephemeralContainers?.length) errors.push(fieldForbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (spec.nodeName && spec.schedulingGates?.length) {
    errors.push(fieldForbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return [...errors, ...validateProfilesMatch(pod.metadata.annotations, spec, specPath)];
}
