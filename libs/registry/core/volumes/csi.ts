import type { corev1 } from '#api';
import { append, type FieldError, type FieldPath, isDNS1123Label, isDNS1123Subdomain, required, tooLong } from '#apimachinery';
import { invalidName } from '../checks.js';
import { requireFields } from './paths.js';

/** The name of a CSI driver (ValidateCSIDriverName). */
function validateCSIDriverName(driver: string | undefined, path: FieldPath): FieldError[] {
  if (!driver) return [required(path)];
  const errors = driver.length > 63 ? [tooLong(path, driver, 63)] : [];
  return [...errors, ...invalidName(path, driver, isDNS1123Subdomain(driver.toLowerCase()))];
}

function validateReference(reference: corev1.SecretReference, path: FieldPath): FieldError[] {
  const { name, namespace } = reference;
  return [
    ...(name ? invalidName(path.child('name'), name, isDNS1123Subdomain(name)) : [required(path.child('name'))]),
    ...(namespace ? invalidName(path.child('namespace'), namespace, isDNS1123Label(namespace)) : [required(path.child('namespace'))]),
  ];
}

/** A PersistentVolume of a CSI driver (validateCSIPersistentVolumeSource). */
export function validateCSIPersistentVolume(source: corev1.CSIPersistentVolumeSource, path: FieldPath): FieldError[] {
  const errors = [...validateCSIDriverName(source.driver, path.child('driver')), ...requireFields(source, path, 'volumeHandle')];
  for (const field of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const) {
    const reference = source[field];
    if (reference) append(errors, validateReference(reference, path.child(field)));
  }
  return errors;
}

/** An inline volume of a CSI driver (validateCSIVolumeSource). */
export function validateCSIVolume(source: corev1.CSIVolumeSource, path: FieldPath): FieldError[] {
  const errors = validateCSIDriverName(source.driver, path.child('driver'));
  const name = source.nodePublishSecretRef?.name;
  if (!source.nodePublishSecretRef) return errors;
  if (!name) errors.push(required(path.child('nodePublishSecretRef', 'name')));
  else append(errors, invalidName(path.child('name'), name, isDNS1123Subdomain(name)));
  return errors;
}
