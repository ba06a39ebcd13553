import type { corev1 } from '#api';
import { append, deepEqual, type FieldError, fieldPath, invalidValue, required, selectorFromSet } from '#apimachinery';
import type { ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { countGeneration } from '../rules/prepare.js';
import { nonNegative } from './checks.js';
import { setPodTemplateDefaults } from './pod/defaults.js';
import { dropDisabledPodFields } from './pod/prepare.js';
import { containerColumns, formatLabels } from './pod/template-columns.js';
import { validatePodTemplateSpec } from './pod/validation/template.js';
import { podTemplateWarnings } from './pod/warnings.js';
import { replicaScale, templateOwnerWarnings, validateReplaceable } from './pod-template-owner.js';
import { printedMap } from './printed.js';
import { validateReplicaCounts } from './replica-counts.js';

type ReplicationController = corev1.ReplicationController;

const path = fieldPath('spec', 'template');

function validateTemplate(template: corev1.PodTemplateSpec | undefined, selector: Record<string, string>): FieldError[] {
  if (!template) return [required(path)];
  const errors: FieldError[] = [];
  const labels = template.metadata?.labels;
  if (Object.keys(selector).length > 0 && !selectorFromSet(selector).matches(labels)) {
    errors.push(invalidValue(path.child('metadata', 'labels'), printedMap(labels), '`selector` does not match template `labels`'));
  }
  return [...errors, ...validatePodTemplateSpec(template, path), ...validateReplaceable(template, path, 'ReplicationController')];
}

function validate({ spec }: ReplicationController): FieldError[] {
  const errors = nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds');
  if (Object.keys(spec?.selector ?? {}).length === 0) errors.push(required('spec.selector'));
  if (spec?.replicas === undefined) errors.push(required('spec.replicas'));
  append(errors, nonNegative(spec?.replicas, 'spec.replicas'));
  return [...errors, ...validateTemplate(spec?.template, spec?.selector ?? {})];
}

const status: SubresourceStrategy<ReplicationController> = {
  prepareForUpdate(object, old) {
    object.spec = old.spec;
  },
  validateUpdate: (object) => validateReplicaCounts(object.status),
};

/** ReplicationControllers (pkg/registry/core/replicationcontroller). */
export const replicationController: ResourceStrategy<ReplicationController> = {
  group: '',
  resource: 'replicationcontrollers',
  setDefaults(object) {
    object.spec ??= {};
    object.spec.replicas ??= 1;
    setPodTemplateDefaults(object.spec.template);
    const labels = object.spec.template?.metadata?.labels;
    if (!labels) return;
    if (Object.keys(object.spec.selector ?? {}).length === 0) object.spec.selector = { ...labels };
    if (Object.keys(object.metadata.labels ?? {}).length === 0) object.metadata.labels = { ...labels };
  },
  prepareForCreate(object) {
    object.status = { replicas: 0 };
    object.metadata.generation = 1;
    dropDisabledPodFields(object.spec.template?.spec);
  },
  validate,
  prepareForUpdate(object, old) {
    object.status = old.status;
    dropDisabledPodFields(object.spec.template?.spec);
    countGeneration(object, old, !deepEqual(object.spec, old.spec));
  },
  validateUpdate: validate,
  warnings(object, old) {
    if (!old || object.metadata.generation === old.metadata.generation) return templateOwnerWarnings(object, old);
    // Upstream takes the templates for each other here (replicationcontroller/strategy.go WarningsOnUpdate).
    return podTemplateWarnings(old.spec.template, 'spec.template');
  },
  // The core API orphans dependents unless the client says otherwise (DefaultGarbageCollectionPolicy).
  defaultPropagation: 'Orphan',
  subresources: { status },
  scale: replicaScale((object) => selectorFromSet(object.spec.selector).toString()),
  fields: { 'status.replicas': (object) => String(object.status?.replicas ?? 0) },
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', cell: (object) => object.spec.replicas ?? 0 },
    { name: 'Current', type: 'integer', cell: (object) => object.status?.replicas ?? 0 },
    { name: 'Ready', type: 'integer', cell: (object) => object.status?.readyReplicas ?? 0 },
    ageColumn,
    ...containerColumns<ReplicationController>((object) => object.spec.template?.spec),
    { name: 'Selector', type: 'string', priority: 1, cell: (object) => formatLabels(object.spec.selector) },
  ],
};
