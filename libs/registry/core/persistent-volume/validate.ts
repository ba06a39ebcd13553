import type { corev1 } from '#api';
import {
  append,
  deepEqual,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  fieldPath,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
  notSupported,
  parseQuantity,
  required,
} from '#apimachinery';
import { internalForm } from '../../internal-form/internal-form.js';
import { specDiff } from '../../internal-form/spec-diff.js';
import { validateAccessModes } from '../access-modes.js';
import { FIELD_IMMUTABLE, immutable, invalidName, oneOf, positiveQuantity } from '../checks.js';
import { validateNodeSelector } from '../pod/validation/node-selector.js';
import { validateCSIPersistentVolume } from '../volumes/csi.js';
import { validateIscsi } from '../volumes/iscsi.js';
import { requireFields, validateNoBacksteps } from '../volumes/paths.js';
import * as plugins from '../volumes/plugins.js';

type PersistentVolume = corev1.PersistentVolume;
type Spec = corev1.PersistentVolumeSpec;

interface Source {
  field: keyof Spec & string;
  /** The names in upstream's paths that differ from the field's. */
  path?: string;
  forbidden?: string;
  validate(spec: Spec, path: FieldPath, name: string): FieldError[];
}

/** Makes a rule of one source apply only if the source is set. */
function source<K extends keyof Spec & string>(
  field: K,
  rule: (value: NonNullable<Spec[K]>, path: FieldPath, name: string) => FieldError[],
  names: { path?: string; forbidden?: string } = {},
): Source {
  return {
    field,
    ...names,
    validate(spec, path, name) {
      const value = spec[field];
      return value === undefined || value === null ? [] : rule(value as NonNullable<Spec[K]>, path, name);
    },
  };
}

function validateGlusterfs(value: corev1.GlusterfsPersistentVolumeSource, path: FieldPath): FieldError[] {
  const errors = requireFields(value, path, 'endpoints', 'path');
  const namespace = value.endpointsNamespace;
  if (namespace === undefined) return errors;
  const at = path.child('endpointsNamespace');
  const text = 'if the endpointnamespace is set, it must be a valid namespace name';
  return [...errors, ...(namespace === '' ? [invalidValue(at, '', text)] : invalidName(at, namespace, isDNS1123Label(namespace)))];
}

function validateAzureFile(value: corev1.AzureFilePersistentVolumeSource, path: FieldPath): FieldError[] {
  const errors = requireFields(value, path, 'secretName', 'shareName');
  return value.secretNamespace === '' ? [...errors, required(path.child('secretNamespace'))] : errors;
}

function validateLocal(value: corev1.LocalVolumeSource, path: FieldPath): FieldError[] {
  return value.path ? validateNoBacksteps(value.path, path.child('path')) : [required(path.child('path'))];
}

/** In upstream's order: the first source counts, further ones are errors. */
const SOURCES: readonly Source[] = [
  source('hostPath', plugins.validateHostPath),
  source('gcePersistentDisk', plugins.validateGCEDisk, { path: 'persistentDisk' }),
  source('awsElasticBlockStore', plugins.validateAWSDisk),
  source('glusterfs', validateGlusterfs),
  source('flocker', plugins.validateFlocker),
  source('nfs', plugins.validateNFS),
  source('rbd', (value, path) => requireFields(value, path, 'monitors', 'image')),
  source('quobyte', plugins.validateQuobyte),
  source('cephfs', (value, path) => requireFields(value, path, 'monitors'), { forbidden: 'cephFS' }),
  source('iscsi', (value, path, name) => validateIscsi(value, path, { volumeName: name })),
  source('cinder', (value, path) => [
    ...requireFields(value, path, 'volumeID'),
    ...plugins.validateSecretReference(value.secretRef, path, true),
  ]),
  source('fc', plugins.validateFC),
  source('flexVolume', plugins.validateFlex),
  source('azureFile', validateAzureFile),
  source('vsphereVolume', (value, path) => requireFields(value, path, 'volumePath')),
  source('photonPersistentDisk', (value, path) => requireFields(value, path, 'pdID')),
  source('portworxVolume', (value, path) => requireFields(value, path, 'volumeID')),
  source('azureDisk', plugins.validateAzureDisk),
  source('scaleIO', (value, path) => requireFields(value, path, 'gateway', 'system', 'volumeName')),
  source('local', validateLocal),
  source('storageos', (value, path) => plugins.validateStorageOS(value, path, true)),
  source('csi', validateCSIPersistentVolume),
];

function validateSource(spec: Spec, path: FieldPath, name: string): FieldError[] {
  const errors: FieldError[] = [];
  const given = SOURCES.filter(({ field }) => spec[field] !== undefined);
  given.forEach((each, index) => {
    if (index > 0 && each.field !== 'flexVolume') {
      errors.push(fieldForbidden(path.child(each.forbidden ?? each.field), 'may not specify more than 1 volume type'));
      return;
    }
    append(errors, each.validate(spec, path.child(each.path ?? each.field), name));
    if (each.field === 'local' && !spec.nodeAffinity?.required) {
      errors.push(required(path.child('nodeAffinity'), 'Local volume requires node affinity'));
    }
  });
  if (given.length === 0) errors.push(required(path, 'must specify a volume type'));
  return errors;
}

function validateCapacity(capacity: Record<string, string> | undefined, path: FieldPath): FieldError[] {
  const amounts = Object.entries(capacity ?? {});
  const errors: FieldError[] = [];
  if (amounts.length === 0) errors.push(required(path));
  if (capacity?.storage === undefined || amounts.length > 1) errors.push(notSupported(path, capacity ?? null, ['storage']));
  for (const [name, amount] of amounts) {
    const quantity = parseQuantity(amount);
    if (quantity.value() < 0) errors.push(invalidValue(path.key(name), quantity.value(), 'must be a valid resource quantity'));
    append(errors, positiveQuantity(amount, path.key(name)));
  }
  return errors;
}

function validateNodeAffinity(affinity: corev1.VolumeNodeAffinity | undefined, path: FieldPath): FieldError[] {
  if (!affinity) return [];
  const at = path.child('nodeAffinity', 'required');
  return affinity.required ? validateNodeSelector(affinity.required, at) : [required(at, 'must specify required node constraints')];
}

function validateClasses(spec: Spec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { storageClassName, volumeMode, volumeAttributesClassName: attributes } = spec;
  if (storageClassName) append(errors, invalidName(path.child('storageClassName'), storageClassName, isDNS1123Subdomain(storageClassName)));
  if (volumeMode !== undefined) append(errors, oneOf(volumeMode, ['Block', 'Filesystem'], path.child('volumeMode')));
  if (attributes === undefined) return errors;
  const at = path.child('volumeAttributesClassName');
  if (attributes === '') errors.push(required(at, 'an empty string is disallowed'));
  else append(errors, invalidName(at, attributes, isDNS1123Subdomain(attributes)));
  if (!spec.csi) errors.push(required(path.child('csi'), 'has to be specified when using volumeAttributesClassName'));
  return errors;
}

const specPath = fieldPath('spec');

/** A PersistentVolume (core validation.go ValidatePersistentVolumeSpec). */
export function validatePersistentVolume(object: PersistentVolume): FieldError[] {
  const { spec } = object;
  const policy = spec.persistentVolumeReclaimPolicy;
  const policyPath = specPath.child('persistentVolumeReclaimPolicy');
  const errors = (spec.accessModes ?? []).length === 0 ? [required('spec.accessModes')] : [];
  append(
    errors,
    validateAccessModes(spec.accessModes ?? [], specPath.child('accessModes')),
    validateCapacity(spec.capacity, specPath.child('capacity')),
  );
  if (policy) append(errors, oneOf(policy, ['Delete', 'Recycle', 'Retain'], policyPath));
  append(errors, validateNodeAffinity(spec.nodeAffinity, specPath), validateSource(spec, specPath, object.metadata.name));
  if (policy === 'Recycle' && spec.hostPath && /^\/+(\.?\/*)*$/.test(spec.hostPath.path)) {
    errors.push(fieldForbidden(policyPath, "may not be 'recycle' for a hostPath mount of '/'"));
  }
  return [...errors, ...validateClasses(spec, specPath)];
}

/** Only the source of a volume: the fields of its spec named after a plugin. */
function sourceOf(spec: Spec): Record<string, unknown> {
  return Object.fromEntries(SOURCES.filter(({ field }) => spec[field] !== undefined).map(({ field }) => [field, spec[field]]));
}

/** What may change in a PersistentVolume (ValidatePersistentVolumeUpdate). */
export function validatePersistentVolumeUpdate(object: PersistentVolume, old: PersistentVolume): FieldError[] {
  const errors = [...validatePersistentVolume(object), ...validatePersistentVolume(object)];
  const [after, before] = [sourceOf(object.spec), sourceOf(old.spec)];
  // A secret for expansion may be added later.
  if (old.spec.csi && !old.spec.csi.controllerExpandSecretRef && object.spec.csi) {
    after.csi = { ...object.spec.csi, controllerExpandSecretRef: undefined };
  }
  if (!deepEqual(after, before)) {
    const text = `spec.persistentvolumesource is immutable after creation\n${specDiff('PersistentVolumeSource', before, after)}`;
    errors.push(fieldForbidden('spec.persistentvolumesource', text));
  }
  append(errors, immutable(object.spec.volumeMode, old.spec.volumeMode, 'volumeMode'));
  if (old.spec.nodeAffinity && !deepEqual(object.spec.nodeAffinity, old.spec.nodeAffinity)) {
    errors.push(
      invalidValue(
        'nodeAffinity',
        internalForm('*VolumeNodeAffinity', object.spec.nodeAffinity),
        `${FIELD_IMMUTABLE}, except for updating from beta label to GA`,
      ),
    );
  }
  if (old.spec.volumeAttributesClassName !== undefined && object.spec.volumeAttributesClassName === undefined) {
    errors.push(fieldForbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}
