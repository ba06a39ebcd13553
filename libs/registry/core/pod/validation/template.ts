import type { corev1 } from '#api';
import { type FieldError, type FieldPath, fieldForbidden, validateAnnotations, validateLabels } from '#apimachinery';
import { validatePodAnnotations, validateProfilesMatch } from './annotations.js';
import { validatePodSpec } from './spec.js';

/**
 * The template of a pod (core validation.go ValidatePodTemplateSpec). The paths of its labels and annotations have no `metadata`, as
 * upstream.
 */
export function validatePodTemplateSpec(template: corev1.PodTemplateSpec, path: FieldPath): FieldError[] {
  const { labels, annotations } = template.metadata ?? {};
  const spec = template.spec ?? { containers: [] };
  const at = path.child('spec');
  const errors = [
    ...validateLabels(labels, path.child('labels')),
    ...validateAnnotations(annotations, path.child('annotations')),
    ...validatePodAnnotations(annotations, spec, path.child('annotations')),
    ...validatePodSpec(spec, at, undefined),
    ...validateProfilesMatch(annotations, spec, at),
  ];
  if (spec.ephemeralContainers?.length) {
    errors.push(fieldForbidden(at.child('ephemeralContainers'), 'ephemeral containers not allowed in pod template'));
  }
  return errors;
}
