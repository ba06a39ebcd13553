import type { appsv1 } from '#api';
import { deepEqual, type FieldError, fieldPath, formatLabelSelector } from '#apimachinery';
import type { ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { immutable, nonNegative } from '../core/checks.js';
import { setPodTemplateDefaults } from '../core/pod/defaults.js';
import { dropDisabledPodFields } from '../core/pod/prepare.js';
import { containerColumns } from '../core/pod/template-columns.js';
import { replicaScale, templateOwnerWarnings } from '../core/pod-template-owner.js';
import { printedSelector } from '../core/printed.js';
import { countGeneration } from '../rules/prepare.js';
import { scaleSelector, validateWorkloadSelector } from './selector.js';
import { validateStatusCounts } from './status-counts.js';
import { validateReplicaTemplate } from './template.js';

type ReplicaSet = appsv1.ReplicaSet;

const specPath = fieldPath('spec');
const selectorPath = specPath.child('selector');
const templatePath = specPath.child('template');

function validate({ spec }: ReplicaSet): FieldError[] {
  return [
    ...nonNegative(spec.replicas, 'spec.replicas'),
    ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    // The text says deployment, as upstream's does.
    ...validateWorkloadSelector(spec.selector, selectorPath, 'empty selector is invalid for deployment'),
    ...validateReplicaTemplate(spec.selector, spec.template, templatePath),
  ];
}

const status: SubresourceStrategy<ReplicaSet> = {
  prepareForUpdate(object, old) {
    object.spec = old.spec;
  },
  validateUpdate: (object) =>
    validateStatusCounts(
      { ...object.status },
      {
        counts: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration', 'terminatingReplicas'],
        atMostReplicas: ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
        readyText: 'cannot be greater than readyReplicas',
      },
    ),
};

/** ReplicaSets (pkg/registry/apps/replicaset). */
export const replicaSet: ResourceStrategy<ReplicaSet> = {
  group: 'apps',
  resource: 'replicasets',
  setDefaults(object) {
    object.spec ??= {} as ReplicaSet['spec'];
    object.spec.replicas ??= 1;
    object.spec.template ??= {};
    setPodTemplateDefaults(object.spec.template);
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
  validateUpdate: (object, old) => [
    ...validate(object),
    ...immutable(object.spec.selector, old.spec.selector, 'spec.selector', printedSelector(object.spec.selector)),
  ],
  warnings: templateOwnerWarnings,
  subresources: { status },
  scale: replicaScale((object) => scaleSelector(object.spec.selector)),
  columns: [
    nameColumn,
    { name: 'Desired', type: 'integer', cell: (object) => object.spec.replicas ?? 0 },
    { name: 'Current', type: 'integer', cell: (object) => object.status?.replicas ?? 0 },
    { name: 'Ready', type: 'integer', cell: (object) => object.status?.readyReplicas ?? 0 },
    ageColumn,
    ...containerColumns<ReplicaSet>((object) => object.spec.template?.spec),
    { name: 'Selector', type: 'string', priority: 1, cell: (object) => formatLabelSelector(object.spec.selector) },
  ],
};
