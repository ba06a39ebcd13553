import type { corev1 } from '#api';
import {
  append,
  type FieldError,
  type FieldPath,
  inclusiveRangeMessage,
  invalidValue,
  isDNS1123Label,
  notSupported,
  required,
} from '#apimachinery';
import { invalidName } from '../checks.js';
import { requireFields, validateNoBacksteps } from './paths.js';

/** Volume plugins with (nearly) the same rules in pods and PersistentVolumes. */

const partition = (value: number | undefined, path: FieldPath): FieldError[] =>
  value !== undefined && (value < 0 || value > 255) ? [invalidValue(path.child('partition'), value, inclusiveRangeMessage(1, 255))] : [];

/** validateHostPathVolumeSource */
export function validateHostPath(source: corev1.HostPathVolumeSource, path: FieldPath): FieldError[] {
  if (!source.path) return [required(path.child('path'))];
  const errors = validateNoBacksteps(source.path, path.child('path'));
  const types = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];
  if (source.type !== undefined && !types.includes(source.type)) errors.push(notSupported(path.child('type'), source.type, types));
  return errors;
}

/** validateGCEPersistentDiskVolumeSource */
export function validateGCEDisk(source: corev1.GCEPersistentDiskVolumeSource, path: FieldPath): FieldError[] {
  return [...requireFields(source, path, 'pdName'), ...partition(source.partition, path)];
}

/** validateAWSElasticBlockStoreVolumeSource */
export function validateAWSDisk(source: corev1.AWSElasticBlockStoreVolumeSource, path: FieldPath): FieldError[] {
  return [...requireFields(source, path, 'volumeID'), ...partition(source.partition, path)];
}

/** validateNFSVolumeSource */
export function validateNFS(source: corev1.NFSVolumeSource, path: FieldPath): FieldError[] {
  const errors = requireFields(source, path, 'server', 'path');
  if (!source.path?.startsWith('/')) errors.push(invalidValue(path.child('path'), source.path ?? '', 'must be an absolute path'));
  return errors;
}

/** validateFlockerVolumeSource */
export function validateFlocker(source: corev1.FlockerVolumeSource, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { datasetName = '', datasetUUID = '' } = source;
  if (!datasetName && !datasetUUID) errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  if (datasetName && datasetUUID)
    errors.push(invalidValue(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (datasetName.includes('/')) errors.push(invalidValue(path.child('datasetName'), datasetName, "must not contain '/'"));
  return errors;
}

/** validateQuobyteVolumeSource */
export function validateQuobyte(source: corev1.QuobyteVolumeSource, path: FieldPath): FieldError[] {
  const text = 'must be a host:port pair or multiple pairs separated by commas';
  const errors: FieldError[] = [];
  if (!source.registry) errors.push(required(path.child('registry'), text));
  else if ((source.tenant ?? '').length >= 65)
    errors.push(required(path.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  else {
    const broken = source.registry.split(',').filter((pair) => !/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(pair));
    append(
      errors,
      broken.map(() => invalidValue(path.child('registry'), source.registry, text)),
    );
  }
  return [...errors, ...requireFields(source, path, 'volume')];
}

/** validateFCVolumeSource */
export function validateFC(source: corev1.FCVolumeSource, path: FieldPath): FieldError[] {
  const { targetWWNs = [], wwids = [], lun } = source;
  const errors: FieldError[] = [];
  if (targetWWNs.length + wwids.length === 0)
    errors.push(required(path.child('targetWWNs'), 'must specify either targetWWNs or wwids, but not both'));
  if (targetWWNs.length === 0) return errors;
  if (wwids.length > 0) {
    errors.push(invalidValue(path.child('targetWWNs'), targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'));
  }
  if (lun === undefined) errors.push(required(path.child('lun'), 'lun is required if targetWWNs is specified'));
  else if (lun < 0 || lun > 255) errors.push(invalidValue(path.child('lun'), lun, inclusiveRangeMessage(0, 255)));
  return errors;
}

/** validateFlexVolumeSource */
export function validateFlex(source: { driver: string; options?: Record<string, string> }, path: FieldPath): FieldError[] {
  const errors = requireFields(source, path, 'driver');
  for (const key of Object.keys(source.options ?? {})) {
    const namespace = `.${key.split('/', 1)[0]?.toLowerCase()}`;
    if (namespace.endsWith('.kubernetes.io') || namespace.endsWith('.k8s.io')) {
      errors.push(invalidValue(path.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved'));
    }
  }
  return errors;
}

/** validateAzureDisk */
export function validateAzureDisk(source: corev1.AzureDiskVolumeSource, path: FieldPath): FieldError[] {
  const errors = requireFields(source, path, 'diskName', 'diskURI');
  const { cachingMode, kind, diskURI = '' } = source;
  const modes = ['None', 'ReadOnly', 'ReadWrite'];
  const kinds = ['Dedicated', 'Managed', 'Shared'];
  if (cachingMode !== undefined && !modes.includes(cachingMode)) errors.push(notSupported(path.child('cachingMode'), cachingMode, modes));
  if (kind !== undefined && !kinds.includes(kind)) errors.push(notSupported(path.child('kind'), kind, kinds));
  const managed = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
  const blob = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/')) errors.push(notSupported(path.child('diskURI'), diskURI, [managed]));
  if (kind !== undefined && kind !== 'Managed' && !diskURI.startsWith('https://'))
    errors.push(notSupported(path.child('diskURI'), diskURI, [blob]));
  return errors;
}

/** validateStorageOSVolumeSource; `namespaced`: its secret must also have a namespace. */
export function validateStorageOS(
  source: corev1.StorageOSVolumeSource | corev1.StorageOSPersistentVolumeSource,
  path: FieldPath,
  namespaced: boolean,
): FieldError[] {
  const errors = requireFields(source, path, 'volumeName');
  for (const field of ['volumeName', 'volumeNamespace'] as const) {
    const value = source[field];
    if (value) append(errors, invalidName(path.child(field), value, isDNS1123Label(value)));
  }
  return [...errors, ...validateSecretReference(source.secretRef, path, namespaced)];
}

/** The secret that a plugin's source refers to: its name, and its namespace if the volume is not namespaced. */
export function validateSecretReference(
  reference: { name?: string; namespace?: string } | undefined,
  path: FieldPath,
  namespaced: boolean,
): FieldError[] {
  if (!reference) return [];
  return requireFields(reference, path.child('secretRef'), ...(namespaced ? (['name', 'namespace'] as const) : (['name'] as const)));
}
