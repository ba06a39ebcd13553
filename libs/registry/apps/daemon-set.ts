import type { appsv1 } from '#api';
import {
  append,
  deepEqual,
  type FieldError,
  fieldPath,
  formatLabelSelector,
  invalidValue,
  notSupported,
  required,
  validateLabelSelector,
} from '#apimachinery';
import type { Column, ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { immutable, nonNegative } from '../core/checks.js';
import { setPodTemplateDefaults } from '../core/pod/defaults.js';
import { dropDisabledPodFields } from '../core/pod/prepare.js';
import { containerColumns, formatLabels } from '../core/pod/template-columns.js';
import { validatePodTemplateSpec } from '../core/pod/validation/template.js';
import { podTemplateWarnings } from '../core/pod/warnings.js';
import { validateReplaceable } from '../core/pod-template-owner.js';
import { printedSelector } from '../core/printed.js';
import { internalForm } from '../internal-form/internal-form.js';
import { countGeneration } from '../rules/prepare.js';
import { atMost100Percent, intOrPercentValue, validateIntOrPercent } from './int-or-percent.js';
import { validateCollisionCount, validateStatusCounts } from './status-counts.js';
import { validateTemplateLabels } from './template.js';

type DaemonSet = appsv1.DaemonSet;

/** The internal field spec.templateGeneration is stored in this annotation (apps/v1 conversion.go). */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const specPath = fieldPath('spec');
const selectorPath = specPath.child('selector');
const templatePath = specPath.child('template');
const strategyPath = specPath.child('updateStrategy');

const templateGeneration = (object: DaemonSet): number => Number(object.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);

function setTemplateGeneration(object: DaemonSet, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

function setDefaults(object: DaemonSet): void {
  object.spec ??= {} as DaemonSet['spec'];
  const { spec } = object;
  spec.template ??= {};
  setPodTemplateDefaults(spec.template);
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  // Upstream's conversion sets the annotation when decoding, so the writer owns it.
  if (object.metadata.annotations?.[TEMPLATE_GENERATION] === undefined) setTemplateGeneration(object, 0);
}

function validateRollingUpdate({ maxUnavailable, maxSurge }: appsv1.RollingUpdateDaemonSet): FieldError[] {
  const path = strategyPath.child('rollingUpdate');
  const [unavailable, surge] = [path.child('maxUnavailable'), path.child('maxSurge')];
  const errors = [
    ...validateIntOrPercent(maxUnavailable, unavailable),
    ...validateIntOrPercent(maxSurge, surge),
    ...atMost100Percent(maxUnavailable, unavailable),
    ...atMost100Percent(maxSurge, surge),
  ];
  const [hasUnavailable, hasSurge] = [intOrPercentValue(maxUnavailable) !== 0, intOrPercentValue(maxSurge) !== 0];
  if (hasUnavailable && hasSurge) errors.push(invalidValue(surge, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  if (!hasUnavailable && !hasSurge) errors.push(required(unavailable, 'cannot be 0 when maxSurge is 0'));
  return errors;
}

function validateStrategy(strategy: appsv1.DaemonSetUpdateStrategy): FieldError[] {
  if (strategy.type === 'OnDelete') return [];
  if (strategy.type !== 'RollingUpdate') {
    return [notSupported(strategyPath, internalForm('DaemonSetUpdateStrategy', strategy), ['RollingUpdate', 'OnDelete'])];
  }
  return strategy.rollingUpdate ? validateRollingUpdate(strategy.rollingUpdate) : [required(strategyPath.child('rollingUpdate'))];
}

function validate(object: DaemonSet): FieldError[] {
  const { spec } = object;
  const { matchLabels = {}, matchExpressions = [] } = spec.selector ?? {};
  const errors = [
    ...validateLabelSelector(spec.selector, selectorPath),
    ...validateTemplateLabels(spec.selector, spec.template, templatePath),
  ];
  if (spec.selector && Object.keys(matchLabels).length + matchExpressions.length === 0) {
    errors.push(invalidValue(selectorPath, printedSelector(spec.selector), 'empty selector is invalid for daemonset'));
  }
  append(errors, validatePodTemplateSpec(spec.template ?? {}, templatePath), validateReplaceable(spec.template, templatePath, 'DaemonSet'));
  append(
    errors,
    nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    nonNegative(templateGeneration(object), 'spec.templateGeneration'),
  );
  append(errors, validateStrategy(spec.updateStrategy ?? {}), nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'));
  return errors;
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
];

const status: SubresourceStrategy<DaemonSet> = {
  prepareForUpdate(object, old) {
    object.spec = old.spec;
  },
  validateUpdate: (object, old) => [
    ...validateStatusCounts({ ...object.status }, { counts: COUNTS, atMostReplicas: [], readyText: '' }),
    ...validateCollisionCount(object.status?.collisionCount, old.status?.collisionCount),
  ],
};

const columns: readonly Column<DaemonSet>[] = [
  nameColumn,
  { name: 'Desired', type: 'integer', cell: (object) => object.status?.desiredNumberScheduled ?? 0 },
  { name: 'Current', type: 'integer', cell: (object) => object.status?.currentNumberScheduled ?? 0 },
  { name: 'Ready', type: 'integer', cell: (object) => object.status?.numberReady ?? 0 },
  { name: 'Up-to-date', type: 'integer', cell: (object) => object.status?.updatedNumberScheduled ?? 0 },
  { name: 'Available', type: 'integer', cell: (object) => object.status?.numberAvailable ?? 0 },
  { name: 'Node Selector', type: 'string', cell: (object) => formatLabels(object.spec.template?.spec?.nodeSelector) },
  ageColumn,
  ...containerColumns<DaemonSet>((object) => object.spec.template?.spec),
  { name: 'Selector', type: 'string', priority: 1, cell: (object) => formatLabelSelector(object.spec.selector) },
];

/** DaemonSets (pkg/registry/apps/daemonset). */
export const daemonSet: ResourceStrategy<DaemonSet> = {
  group: 'apps',
  resource: 'daemonsets',
  setDefaults,
  prepareForCreate(object) {
    object.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
    object.metadata.generation = 1;
    setTemplateGeneration(object, Math.max(templateGeneration(object), 1));
    dropDisabledPodFields(object.spec.template?.spec);
  },
  validate,
  prepareForUpdate(object, old) {
    object.status = old.status;
    dropDisabledPodFields(object.spec.template?.spec);
    const templateChanged = !deepEqual(object.spec.template, old.spec.template);
    setTemplateGeneration(object, templateGeneration(old) + (templateChanged ? 1 : 0));
    countGeneration(object, old, templateChanged || !deepEqual(object.spec, old.spec));
  },
  validateUpdate: (object, old) => [
    ...immutable(object.spec.selector, old.spec.selector, 'spec.selector', printedSelector(object.spec.selector)),
    ...validate(object),
  ],
  warnings(object, old) {
    if (old && templateGeneration(object) === templateGeneration(old)) return [];
    return podTemplateWarnings(object.spec.template, 'spec.template');
  },
  subresources: { status },
  columns,
};
