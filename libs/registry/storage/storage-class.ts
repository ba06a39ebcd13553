import type { corev1, storagev1 } from '#api';
import { append, duplicate, type FieldError, isQualifiedName, notSupported, required } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { deprecatedNodeLabel } from '../core/pod/node-label-warnings.js';
import { repeats } from '../repeats.js';
import { overNulls } from '../rules/nulls.js';
import { eachInvalid, immutable } from '../rules/text.js';
import { driverName, parameters } from './parameters.js';

/** Annotations that mark the default class, including the beta one (storageutil.IsDefaultAnnotation). */
const DEFAULT_ANNOTATIONS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

const isDefault = (object: storagev1.StorageClass): boolean =>
  DEFAULT_ANNOTATIONS.some((annotation) => object.metadata.annotations?.[annotation] === 'true');

function topologyTerm(path: string, term: corev1.TopologySelectorTerm): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { key = '', values = [] }] of (term.matchLabelExpressions ?? []).entries()) {
    const at = `${path}.matchLabelExpressions[${index}]`;
    if (values.length === 0) errors.push(required(`${at}.values`));
    for (const i of repeats(values)) errors.push(duplicate(`${at}.values[${i}]`, values[i] ?? ''));
    append(errors, eachInvalid(`${at}.key`, key, isQualifiedName(key)));
    if (seen.has(key)) errors.push(duplicate(`${at}.key`, key));
    seen.add(key);
  }
  return errors;
}

function allowedTopologies(terms: readonly corev1.TopologySelectorTerm[] = []): FieldError[] {
  // As a map: for duplicate keys the last value counts.
  const asMap = ({ matchLabelExpressions = [] }: corev1.TopologySelectorTerm) =>
    JSON.stringify(
      [...new Map(matchLabelExpressions.map(({ key = '', values = [] }) => [key, [...values].sort()]))].sort(([a], [b]) =>
        a < b ? -1 : 1,
      ),
    );
  const repeated = repeats(terms.map(asMap));
  return terms.flatMap((term, index) => {
    const path = `allowedTopologies[${index}]`;
    const errors = topologyTerm(path, term);
    if (repeated.has(index)) errors.push(duplicate(`${path}.matchLabelExpressions`, ''));
    return errors;
  });
}

function validate(object: storagev1.StorageClass): FieldError[] {
  const errors = [...driverName('provisioner', object.provisioner), ...parameters('parameters', object.parameters, true)];
  const { reclaimPolicy, volumeBindingMode } = object;
  if (reclaimPolicy && reclaimPolicy !== 'Delete' && reclaimPolicy !== 'Retain')
    errors.push(notSupported('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain']));
  if (volumeBindingMode === undefined) errors.push(required('volumeBindingMode'));
  else if (volumeBindingMode !== 'Immediate' && volumeBindingMode !== 'WaitForFirstConsumer')
    errors.push(notSupported('volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']));
  return [...errors, ...allowedTopologies(object.allowedTopologies)];
}

/** StorageClass (registry/storage/storageclass). */
export const storageClass = overNulls<storagev1.StorageClass>({
  group: 'storage.k8s.io',
  resource: 'storageclasses',
  returnsDeletedObject: true,
  validate,
  validateUpdate: (object, old) => [
    ...validate(object),
    ...immutable('parameters', object.parameters, old.parameters),
    ...immutable('provisioner', object.provisioner, old.provisioner),
    ...immutable('reclaimPolicy', object.reclaimPolicy, old.reclaimPolicy),
    ...immutable('volumeBindingMode', object.volumeBindingMode, old.volumeBindingMode),
  ],
  warnings: ({ allowedTopologies }) =>
    (allowedTopologies ?? []).flatMap(({ matchLabelExpressions }, index) =>
      (matchLabelExpressions ?? []).flatMap(({ key }, each) => {
        const deprecated = deprecatedNodeLabel(key);
        return deprecated === undefined ? [] : [`allowedTopologies[${index}].matchLabelExpressions[${each}].key: ${deprecated}`];
      }),
    ),
  columns: [
    { ...nameColumn, cell: (object) => (isDefault(object) ? `${object.metadata.name} (default)` : object.metadata.name) },
    { name: 'Provisioner', type: 'string', cell: ({ provisioner }) => provisioner },
    { name: 'ReclaimPolicy', type: 'string', cell: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete' },
    { name: 'VolumeBindingMode', type: 'string', cell: ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate' },
    { name: 'AllowVolumeExpansion', type: 'string', cell: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false },
    ageColumn,
  ],
});
