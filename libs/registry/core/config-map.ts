import type { corev1 } from '#api';
import { deepEqual, type FieldError, fieldForbidden, fieldPath, invalidValue, isConfigMapKey, tooLong } from '#apimachinery';
import type { Column, ResourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';

type ConfigMap = corev1.ConfigMap;

/** Maximum bytes of all values together (core MaxSecretSize). */
export const MAX_DATA_BYTES = 1024 * 1024;

/** The number of bytes that a base64 text decodes to; 0 for null. */
export function decodedLength(base64: string | null): number {
  if (base64 === null) return 0;
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

function validate(object: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  const { data = {}, binaryData = {} } = object;
  for (const key of Object.keys(data)) {
    for (const message of isConfigMapKey(key)) errors.push(invalidValue(fieldPath('data').key(key), key, message));
    if (Object.hasOwn(binaryData, key))
      errors.push(invalidValue(fieldPath('data').key(key), key, 'duplicate of key present in binaryData'));
    size += Buffer.byteLength(data[key] ?? '');
  }
  for (const key of Object.keys(binaryData)) {
    for (const message of isConfigMapKey(key)) errors.push(invalidValue(fieldPath('binaryData').key(key), key, message));
    size += decodedLength(binaryData[key] ?? null);
  }
  // The error is for the whole object: upstream's path is empty, which prints as [].
  if (size > MAX_DATA_BYTES) errors.push(tooLong('[]', '', MAX_DATA_BYTES));
  return errors;
}

function validateUpdate(object: ConfigMap, old: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  if (old.immutable) {
    const text = 'field is immutable when `immutable` is set';
    if (!object.immutable) errors.push(fieldForbidden('immutable', text));
    if (!deepEqual(object.data, old.data)) errors.push(fieldForbidden('data', text));
    if (!deepEqual(object.binaryData, old.binaryData)) errors.push(fieldForbidden('binaryData', text));
  }
  return [...errors, ...validate(object)];
}

const data: Column<ConfigMap> = {
  name: 'Data',
  type: 'string',
  cell: (object) => Object.keys(object.data ?? {}).length + Object.keys(object.binaryData ?? {}).length,
};

/** ConfigMaps (pkg/registry/core/configmap). */
export const configMap: ResourceStrategy<ConfigMap> = {
  group: '',
  resource: 'configmaps',
  validate,
  validateUpdate,
  columns: [nameColumn, data, ageColumn],
};
