import { forbidden, type StatusCause, StatusError } from '#apimachinery';
import type { AdmissionAttributes } from '#apiserver';

/** The name in a rejection: the object's, or its generateName (apiserver/pkg/admission/errors.go). */
function nameOf({ name, object }: AdmissionAttributes): string {
  return name || object?.metadata.name || object?.metadata.generateName || 'Unknown';
}

/** 403 with the reason of a plugin: `pods "a" is forbidden: reason` (admission.NewForbidden). */
export function rejected(attributes: AdmissionAttributes, reason: string, causes?: StatusCause[]): StatusError {
  const { group, resource } = attributes;
  return forbidden({ group, resource }, nameOf(attributes), reason, causes);
}
