import type { corev1, metav1 } from '#api';
import { type FieldError, type FieldPath, invalidValue } from '#apimachinery';
import { validatePodTemplateSpec } from '../core/pod/validation/template.js';
import { validateReplaceable } from '../core/pod-template-owner.js';
import { printedMap, printedSelector } from '../core/printed.js';
import { selectorMatches } from './selector.js';

const MISMATCH = '`selector` does not match template `labels`';

/** The template's labels must match its owner's selector. */
export function validateTemplateLabels(
  selector: metav1.LabelSelector | undefined,
  template: corev1.PodTemplateSpec | undefined,
  path: FieldPath,
): FieldError[] {
  const labels = template?.metadata?.labels;
  return selectorMatches(selector, labels) === false ? [invalidValue(path.child('metadata', 'labels'), printedMap(labels), MISMATCH)] : [];
}

/** The template of a Deployment or ReplicaSet under its selector (ValidatePodTemplateSpecForReplicaSet). */
export function validateReplicaTemplate(
  selector: metav1.LabelSelector | undefined,
  template: corev1.PodTemplateSpec | undefined,
  path: FieldPath,
): FieldError[] {
  if (selectorMatches(selector, template?.metadata?.labels) === undefined) {
    return [invalidValue('spec.selector', printedSelector(selector), 'invalid label selector')];
  }
  return [
    ...validateTemplateLabels(selector, template, path),
    ...validatePodTemplateSpec(template ?? {}, path),
    ...validateReplaceable(template, path, 'ReplicaSet'),
  ];
}
