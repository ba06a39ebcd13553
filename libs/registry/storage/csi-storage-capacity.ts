import type { storagev1 } from '#api';
import { deepEqual, FIELD_IMMUTABLE_MESSAGE, type FieldError, invalidValue, isDNS1123Subdomain, parseQuantity } from '#apimachinery';
import { deprecatedNodeLabel } from '../core/pod/node-label-warnings.js';
import { overNulls } from '../rules/nulls.js';
import { hasInvalidSelectorValue, labelSelector } from '../rules/selector.js';
import { eachInvalid } from '../rules/text.js';

const nonNegativeQuantity = (path: string, value: string | undefined): FieldError[] =>
  value !== undefined && parseQuantity(value).sign < 0 ? [invalidValue(path, value, 'must be greater than or equal to 0')] : [];

function validateCapacity(object: storagev1.CSIStorageCapacity, allowInvalidValues: boolean): FieldError[] {
  const storageClassName = object.storageClassName ?? '';
  return [
    ...labelSelector('nodeTopology', object.nodeTopology, { allowInvalidValues }),
    ...eachInvalid('storageClassName', storageClassName, isDNS1123Subdomain(storageClassName)),
    ...nonNegativeQuantity('capacity', object.capacity),
    ...nonNegativeQuantity('maximumVolumeSize', object.maximumVolumeSize),
  ];
}

/** Deprecated node labels in a label selector (pkg/api/node/util.go GetWarningsForNodeSelector). */
function topologyWarnings({ nodeTopology }: storagev1.CSIStorageCapacity): string[] {
  const expressions = (nodeTopology?.matchExpressions ?? []).flatMap(({ key }, index) => {
    const deprecated = deprecatedNodeLabel(key);
    return deprecated === undefined ? [] : [`nodeTopology.matchExpressions[${index}].key: ${key} is ${deprecated}`];
  });
  const labels = Object.keys(nodeTopology?.matchLabels ?? {}).flatMap((key) => {
    const deprecated = deprecatedNodeLabel(key);
    return deprecated === undefined ? [] : [`nodeTopology.matchLabels.${key}: ${deprecated}`];
  });
  return [...expressions, ...labels];
}

/** CSIStorageCapacity (registry/storage/csistoragecapacity). */
export const csiStorageCapacity = overNulls<storagev1.CSIStorageCapacity>({
  group: 'storage.k8s.io',
  resource: 'csistoragecapacities',
  unconditionalUpdate: false,
  warnings: topologyWarnings,
  validate: (object) => validateCapacity(object, false),
  validateUpdate(object, old) {
    const errors = validateCapacity(object, hasInvalidSelectorValue(old.nodeTopology));
    if (!deepEqual(object.nodeTopology, old.nodeTopology))
      errors.push(invalidValue('nodeTopology', object.nodeTopology ?? null, FIELD_IMMUTABLE_MESSAGE));
    if (object.storageClassName !== old.storageClassName)
      errors.push(invalidValue('storageClassName', object.storageClassName, FIELD_IMMUTABLE_MESSAGE));
    return errors;
  },
});
