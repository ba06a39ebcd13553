import type { corev1 } from '#api';
import { deepEqual, type FieldError, fieldForbidden, fieldPath, goQuote } from '#apimachinery';
import { specDiff } from '../../../internal-form/spec-diff.js';
import { MIRROR, validatePodAnnotationsUpdate } from './annotations.js';
import { validatePod } from './create.js';

type Pod = corev1.Pod;

const annotationsPath = fieldPath('metadata', 'annotations');
const specPath = fieldPath('spec', 'ephemeralContainers');

/** Ephemeral containers may be added, never changed or removed (ValidatePodEphemeralContainersUpdate). */
export function validateEphemeralContainersUpdate(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR] !== undefined) return [fieldForbidden('', 'static pods do not support ephemeral containers')];
  const errors = [...validatePod(pod), ...validatePodAnnotationsUpdate(pod, old, annotationsPath)];
  const next = new Map((pod.spec.ephemeralContainers ?? []).map((container) => [container.name, container]));
  for (const before of old.spec.ephemeralContainers ?? []) {
    const after = next.get(before.name);
    const called = `existing ephemeral containers ${goQuote(before.name)} may not be`;
    if (!after) errors.push(fieldForbidden(specPath, `${called} removed\n`));
    else if (!deepEqual(before, after)) {
      errors.push(fieldForbidden(specPath, `${called} changed\n${specDiff('EphemeralContainer', before, after)}`));
    }
  }
  return errors;
}
