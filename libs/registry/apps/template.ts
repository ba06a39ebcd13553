import type { corev1, metav1 } from '#api';
import { type FieldError, type FieldPath, fieldForbidden, invalidValue, notSupported } from '#apimachinery';
import { validatePodTemplateSpec } from '../core/pod/validation/template.js';
import { printedMap, printedSelector } from '../core/printed.js';
import { selectorMatches } from './selector.js';

const MISMATCH = '`selector` does not match template `labels`';

/** The template's labels must be of those its owner selects. */
export function validateTemplateLabels(
  selector: metav1.LabelSelector | undefined,
  template: corev1.PodTemplateSpec | undefined,
  path: FieldPath,
): FieldError[] {
  const labels = template?.metadata?.labels;
  return selectorMatches(selector, labels) === false ? [invalidValue(path.child('metadata', 'labels'), printedMap(labels), MISMATCH)] : [];
}

/** Pods that are replaced when they end may neither stop for good nor run out of time. `owner`: the kind, for the message. */
export function validateReplaceable(template: corev1.PodTemplateSpec | undefined, path: FieldPath, owner: string): FieldError[] {
  const errors: FieldError[] = [];
  const policy = template?.spec?.restartPolicy ?? '';
  if (policy !== 'Always') errors.push(notSupported(path.child('spec', 'restartPolicy'), policy, ['Always']));
  if (template?.spec?.activeDeadlineSeconds !== undefined) {
    errors.push(fieldForbidden(path.child('spec', 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${owner} is not Supported`));
  }
  return errors;
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
