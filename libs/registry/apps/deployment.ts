import type { appsv1 } from '#api';
import {
  append,
  deepEqual,
  type FieldError,
  fieldForbidden,
  fieldPath,
  formatLabelSelector,
  invalidValue,
  notSupported,
  required,
} from '#apimachinery';
import type { ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { immutable, nonNegative } from '../core/checks.js';
import { setPodTemplateDefaults } from '../core/pod/defaults.js';
import { dropDisabledPodFields } from '../core/pod/prepare.js';
import { containerColumns } from '../core/pod/template-columns.js';
import { replicaScale, templateOwnerWarnings } from '../core/pod-template-owner.js';
import { printedSelector } from '../core/printed.js';
import { internalForm } from '../internal-form/internal-form.js';
import { countGeneration } from '../rules/prepare.js';
import { atMost100Percent, intOrPercentValue, validateIntOrPercent } from './int-or-percent.js';
import { scaleSelector, validateWorkloadSelector } from './selector.js';
import { validateCollisionCount, validateStatusCounts } from './status-counts.js';
import { validateReplicaTemplate } from './template.js';

type Deployment = appsv1.Deployment;

const specPath = fieldPath('spec');
const templatePath = specPath.child('template');
const strategyPath = specPath.child('strategy');

function setDefaults(object: Deployment): void {
  object.spec ??= {} as Deployment['spec'];
  const { spec } = object;
  spec.replicas ??= 1;
  spec.template ??= {};
  setPodTemplateDefaults(spec.template);
  spec.strategy ??= {};
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
}

function validateRollingUpdate({ maxUnavailable, maxSurge }: appsv1.RollingUpdateDeployment): FieldError[] {
  const path = strategyPath.child('rollingUpdate');
  const unavailable = path.child('maxUnavailable');
  const errors = [...validateIntOrPercent(maxUnavailable, unavailable), ...validateIntOrPercent(maxSurge, path.child('maxSurge'))];
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
    errors.push(invalidValue(unavailable, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...atMost100Percent(maxUnavailable, unavailable)];
}

function validateStrategy(strategy: appsv1.DeploymentStrategy): FieldError[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    if (!rollingUpdate) return [];
    return [fieldForbidden(strategyPath.child('rollingUpdate'), "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== 'RollingUpdate') {
    return [notSupported(strategyPath, internalForm('DeploymentStrategy', strategy), ['Recreate', 'RollingUpdate'])];
  }
  if (!rollingUpdate) return [required(strategyPath.child('rollingUpdate'), 'this should be defaulted and never be nil')];
  return validateRollingUpdate(rollingUpdate);
}

function validate({ spec }: Deployment): FieldError[] {
  const { progressDeadlineSeconds: deadline, minReadySeconds } = spec;
  const errors = nonNegative(spec.replicas, 'spec.replicas');
  append(errors, validateWorkloadSelector(spec.selector, specPath.child('selector'), 'empty selector is invalid for deployment'));
  append(errors, validateReplicaTemplate(spec.selector, spec.template, templatePath), validateStrategy(spec.strategy ?? {}));
  append(errors, nonNegative(minReadySeconds, 'spec.minReadySeconds'), nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'));
  append(errors, nonNegative(deadline, 'spec.progressDeadlineSeconds'));
  if (deadline !== undefined && deadline <= (minReadySeconds ?? 0)) {
    errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

const COUNTS = [
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
] as const;

const status: SubresourceStrategy<Deployment> = {
  prepareForUpdate(object, old) {
    object.spec = old.spec;
    object.metadata.labels = old.metadata.labels;
  },
  validateUpdate: (object, old) => [
    ...validateStatusCounts(
      { ...object.status },
      {
        counts: ['observedGeneration', 'replicas', ...COUNTS],
        atMostReplicas: ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
        readyText: 'cannot be greater than readyReplicas',
      },
    ),
    ...validateCollisionCount(object.status?.collisionCount, old.status?.collisionCount),
  ],
};

/** Deployments (pkg/registry/apps/deployment). */
export const deployment: ResourceStrategy<Deployment> = {
  group: 'apps',
  resource: 'deployments',
  setDefaults,
  prepareForCreate(object) {
    object.status = {};
    object.metadata.generation = 1;
    dropDisabledPodFields(object.spec.template?.spec);
  },
  validate,
  prepareForUpdate(object, old) {
    object.status = old.status;
    dropDisabledPodFields(object.spec.template?.spec);
    // Annotations are included: they are copied to the ReplicaSets.
    countGeneration(object, old, !deepEqual(object.spec, old.spec) || !deepEqual(object.metadata.annotations, old.metadata.annotations));
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
    {
      name: 'Ready',
      type: 'string',
      description: 'Number of the pod with ready state',
      cell: (object) => `${object.status?.readyReplicas ?? 0}/${object.spec.replicas ?? 0}`,
    },
    { name: 'Up-to-date', type: 'string', cell: (object) => object.status?.updatedReplicas ?? 0 },
    { name: 'Available', type: 'string', cell: (object) => object.status?.availableReplicas ?? 0 },
    ageColumn,
    ...containerColumns<Deployment>((object) => object.spec.template?.spec),
    {
      name: 'Selector',
      type: 'string',
      priority: 1,
      cell(object) {
        const text = formatLabelSelector(object.spec.selector);
        return text === '<none>' ? '' : text === '<error>' ? '<invalid>' : text;
      },
    },
  ],
};
