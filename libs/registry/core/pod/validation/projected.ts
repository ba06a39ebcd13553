import type { corev1 } from '#api';
import { append, type FieldError, type FieldPath, fieldForbidden, invalidValue, required } from '#apimachinery';
import { validateKeyToPath, validateMode, validateNonReservedPath } from '../../volumes/paths.js';
import { FILE_FIELDS, validateFieldRef, validateResourceRef } from './field-refs.js';

type File = corev1.DownwardAPIVolumeFile;

function validateFile(file: File, path: FieldPath): FieldError[] {
  const errors = file.path ? [] : [required(path.child('path'))];
  append(errors, validateNonReservedPath(file.path ?? '', path.child('path')));
  const { fieldRef, resourceFieldRef } = file;
  if (fieldRef) {
    append(errors, validateFieldRef(fieldRef, FILE_FIELDS, path.child('fieldRef')));
    if (resourceFieldRef) errors.push(invalidValue(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (resourceFieldRef) append(errors, validateResourceRef(resourceFieldRef, path.child('resourceFieldRef'), true));
  else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  return [...errors, ...validateMode(file.mode, path.child('mode'))];
}

/** A downwardAPI volume; upstream uses the volume's path for its files (validateDownwardAPIVolumeSource). */
export function validateDownwardAPI(source: corev1.DownwardAPIVolumeSource, path: FieldPath): FieldError[] {
  return [
    ...validateMode(source.defaultMode, path.child('defaultMode')),
    ...(source.items ?? []).flatMap((file) => validateFile(file, path)),
  ];
}

/** The files of one projected volume, without duplicates. `path`: of the volume, for the message. */
class FileNames {
  private readonly seen = new Set<string>();

  constructor(private readonly path: FieldPath) {}

  add(file: string, shown: string): FieldError[] {
    if (!this.seen.has(file)) {
      this.seen.add(file);
      return [];
    }
    return [invalidValue(this.path, shown, 'conflicting duplicate paths')];
  }
}

function validateKeys(source: corev1.SecretProjection | corev1.ConfigMapProjection, names: FileNames, path: FieldPath): FieldError[] {
  const { name = '', items = [] } = source;
  const errors = name ? [] : [required(path.child('name'))];
  for (const [index, item] of items.entries()) {
    append(errors, validateKeyToPath(item, path.child('items').index(index)));
    if (item.path) append(errors, names.add(item.path, name));
  }
  return errors;
}

function validateFiles(files: readonly File[], names: FileNames, path: FieldPath): FieldError[] {
  return files.flatMap((file) => [...validateFile(file, path), ...(file.path ? names.add(file.path, file.path) : [])]);
}

function validateToken(token: corev1.ServiceAccountTokenProjection, at: FieldPath, volume: FieldPath): FieldError[] {
  const seconds = token.expirationSeconds ?? 0;
  const errors: FieldError[] = [];
  if (seconds < 600) errors.push(invalidValue(at.child('expirationSeconds'), seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > 2 ** 32) {
    errors.push(invalidValue(at.child('expirationSeconds'), seconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  // The path is that of the volume, not of the source.
  const path = volume.child('path');
  return [...errors, ...(token.path ? validateNonReservedPath(token.path, path) : [required(path)])];
}

/** A volume with several sources in one directory (validateProjectedVolumeSource). */
export function validateProjected(volume: corev1.ProjectedVolumeSource, path: FieldPath): FieldError[] {
  const errors = validateMode(volume.defaultMode, path.child('defaultMode'));
  const names = new FileNames(path);
  for (const [index, source] of (volume.sources ?? []).entries()) {
    const at = path.child('sources').index(index);
    const { secret, configMap, downwardAPI, serviceAccountToken: token } = source;
    if (secret) append(errors, validateKeys(secret, names, at.child('secret')));
    if (configMap) append(errors, validateKeys(configMap, names, at.child('configMap')));
    if (downwardAPI) append(errors, validateFiles(downwardAPI.items ?? [], names, at.child('downwardAPI')));
    if (token) append(errors, validateToken(token, at.child('serviceAccountToken'), path));
    if ([secret, configMap, downwardAPI, token].filter(Boolean).length > 1) {
      errors.push(fieldForbidden(at, 'may not specify more than 1 volume type per source'));
    }
  }
  return errors;
}
