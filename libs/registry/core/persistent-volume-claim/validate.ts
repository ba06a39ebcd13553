import type { corev1 } from '#api';
import {
  append,
  type FieldError,
  type FieldPath,
  fieldPath,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
  required,
  validateLabelSelector,
} from '#apimachinery';
import { validateAccessModes } from '../access-modes.js';
import { invalidName, oneOf, positiveQuantity } from '../checks.js';
import { validateResourceQuantity } from '../resource-names.js';

type Spec = corev1.PersistentVolumeClaimSpec;
type Source = corev1.TypedLocalObjectReference & { namespace?: string };

function validateSource(source: Source | undefined, path: FieldPath): FieldError[] {
  if (!source) return [];
  const errors: FieldError[] = [];
  const group = source.apiGroup ?? '';
  if (!source.name) errors.push(required(path.child('name')));
  if (!source.kind) errors.push(required(path.child('kind')));
  if (group === '' && source.kind !== 'PersistentVolumeClaim') {
    errors.push(invalidValue(path, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  if (group !== '') append(errors, invalidName(path.child('apiGroup'), group, isDNS1123Subdomain(group)));
  if (source.namespace) append(errors, invalidName(path.child('namespace'), source.namespace, isDNS1123Label(source.namespace)));
  return errors;
}

function validateSources({ dataSource, dataSourceRef }: Spec, path: FieldPath): FieldError[] {
  const errors = [...validateSource(dataSource, path.child('dataSource')), ...validateSource(dataSourceRef, path.child('dataSourceRef'))];
  if (!dataSource || !dataSourceRef) return errors;
  // Upstream passes the path itself as the bad value, which prints as an empty struct.
  const { kind, name, apiGroup } = dataSourceRef;
  if (dataSourceRef.namespace) errors.push(invalidValue(path, {}, 'may not be specified when dataSourceRef.namespace is specified'));
  else if (dataSource.kind !== kind || dataSource.name !== name || dataSource.apiGroup !== apiGroup) {
    errors.push(invalidValue(path, {}, 'must match dataSourceRef'));
  }
  return errors;
}

function validateStorage(spec: Spec, path: FieldPath): FieldError[] {
  const at = path.child('resources').key('storage');
  const storage = spec.resources?.requests?.storage;
  if (storage === undefined) return [required(at)];
  const errors = positiveQuantity(storage, at);
  return errors.length > 0 ? errors : validateResourceQuantity('storage', storage, at);
}

/** The spec of a claim, or of a claim's template (core validation.go ValidatePersistentVolumeClaimSpec). */
export function validateClaimSpec(spec: Spec, path: FieldPath): FieldError[] {
  const { accessModes = [], storageClassName, volumeMode, volumeAttributesClassName: attributes } = spec;
  const errors = accessModes.length === 0 ? [required(path.child('accessModes'), 'at least 1 access mode is required')] : [];
  append(errors, validateLabelSelector(spec.selector, path.child('selector')));
  append(errors, validateAccessModes(accessModes, path.child('accessModes')), validateStorage(spec, path));
  if (storageClassName) append(errors, invalidName(path.child('storageClassName'), storageClassName, isDNS1123Subdomain(storageClassName)));
  if (volumeMode !== undefined) append(errors, oneOf(volumeMode, ['Block', 'Filesystem'], path.child('volumeMode')));
  append(errors, validateSources(spec, path));
  if (attributes) append(errors, invalidName(path.child('volumeAttributesClassName'), attributes, isDNS1123Subdomain(attributes)));
  return errors;
}

const specPath = fieldPath('spec');

/** A PersistentVolumeClaim (ValidatePersistentVolumeClaim). */
export function validateClaim(object: corev1.PersistentVolumeClaim): FieldError[] {
  return validateClaimSpec(object.spec, specPath);
}
