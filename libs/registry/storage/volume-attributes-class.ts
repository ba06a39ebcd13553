import type { storagev1 } from '#api';
import { deepEqual, type FieldError, fieldForbidden } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { driverName, parameters } from './parameters.js';

const validate = (object: storagev1.VolumeAttributesClass): FieldError[] => [
  ...driverName('driverName', object.driverName),
  ...parameters('parameters', object.parameters, false),
];

/** VolumeAttributesClass (registry/storage/volumeattributesclass). */
export const volumeAttributesClass = overNulls<storagev1.VolumeAttributesClass>({
  group: 'storage.k8s.io',
  resource: 'volumeattributesclasses',
  returnsDeletedObject: true,
  validate,
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    if (object.driverName !== old.driverName) errors.push(fieldForbidden('driverName', 'updates to driverName are forbidden.'));
    if (!deepEqual(object.parameters, old.parameters)) errors.push(fieldForbidden('parameters', 'updates to parameters are forbidden.'));
    return [...errors, ...validate(object)];
  },
  columns: [nameColumn, { name: 'DriverName', type: 'string', cell: (object) => object.driverName }, ageColumn],
});
