import type { appsv1, corev1 } from '#api';
import {
  append,
  deepEqual,
  type FieldError,
  fieldForbidden,
  fieldPath,
  invalidValue,
  isDNS1123Label,
  notSupported,
  required,
  validateAnnotations,
  validateLabels,
} from '#apimachinery';
import { invalidName, nonNegative } from '../core/checks.js';
import { validateClaimSpec } from '../core/persistent-volume-claim/validate.js';
import { validatePodAnnotations } from '../core/pod/validation/annotations.js';
import { validatePodTemplateSpec } from '../core/pod/validation/template.js';
import { validateReplaceable } from '../core/pod-template-owner.js';
import { printedSelector } from '../core/printed.js';
import { internalForm } from '../internal-form/internal-form.js';
import { atMost100Percent, intOrPercentValue, validateIntOrPercent } from './int-or-percent.js';
import { selectorMatches, validateWorkloadSelector } from './selector.js';
import { validateTemplateLabels } from './template.js';

type StatefulSet = appsv1.StatefulSet;
type Spec = appsv1.StatefulSetSpec;

const specPath = fieldPath('spec');
const templatePath = specPath.child('template');
const strategyPath = specPath.child('updateStrategy');

const FROZEN =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function validateManagement(policy: string | undefined): FieldError[] {
  const path = specPath.child('podManagementPolicy');
  if (!policy) return [required(path)];
  return policy === 'OrderedReady' || policy === 'Parallel' ? [] : [invalidValue(path, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function validateStrategy(strategy: appsv1.StatefulSetUpdateStrategy): FieldError[] {
  const { type, rollingUpdate } = strategy;
  const path = strategyPath.child('rollingUpdate');
  if (!type) return [required(strategyPath)];
  if (type === 'OnDelete') {
    if (!rollingUpdate) return [];
    return [
      invalidValue(
        path,
        internalForm('RollingUpdateStatefulSetStrategy', rollingUpdate),
        "only allowed for updateStrategy 'RollingUpdate'",
      ),
    ];
  }
  if (type !== 'RollingUpdate') {
    return [invalidValue(strategyPath, internalForm('StatefulSetUpdateStrategy', strategy), "must be 'RollingUpdate' or 'OnDelete'")];
  }
  const errors = nonNegative(rollingUpdate?.partition, path.child('partition'));
  const max = rollingUpdate?.maxUnavailable;
  if (max === undefined) return errors;
  const at = path.child('maxUnavailable');
  append(errors, validateIntOrPercent(max, at));
  if (intOrPercentValue(max) === 0) errors.push(invalidValue(at, max, 'cannot be 0'));
  return [...errors, ...atMost100Percent(max, at)];
}

function validateRetention(policy: appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy | undefined): FieldError[] {
  if (!policy) return [];
  return (['whenDeleted', 'whenScaled'] as const)
    .filter((field) => policy[field] !== 'Retain' && policy[field] !== 'Delete')
    .map((field) => notSupported(specPath.child('persistentVolumeClaimRetentionPolicy', field), policy[field] ?? '', ['Retain', 'Delete']));
}

/** The template as the pods will have it: hostnames come from the set, and each claim template adds a volume of its name. */
function effectiveTemplate({ template = {}, volumeClaimTemplates = [] }: Spec): corev1.PodTemplateSpec {
  if (!template.spec?.subdomain && !template.spec?.hostname && volumeClaimTemplates.length === 0) return template;
  const { subdomain: _subdomain, hostname: _hostname, ...spec } = template.spec ?? { containers: [] };
  if (volumeClaimTemplates.length === 0) return { ...template, spec };
  const names = new Set(volumeClaimTemplates.map((claim) => claim.metadata.name));
  const claims = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return { ...template, spec: { ...spec, volumes: [...claims, ...(spec.volumes ?? []).filter(({ name }) => !names.has(name))] } };
}

interface Leniency {
  /** Existing names and claims are not validated again. */
  updating: boolean;
  skipTemplate: boolean;
}

function validateTemplate(spec: Spec, skipTemplate: boolean): FieldError[] {
  const template = effectiveTemplate(spec);
  if (selectorMatches(spec.selector, template.metadata?.labels) === undefined)
    return [invalidValue('spec.selector', printedSelector(spec.selector))];
  const { labels, annotations } = template.metadata ?? {};
  return [
    ...validateTemplateLabels(spec.selector, template, templatePath),
    ...(skipTemplate ? [] : validatePodTemplateSpec(template, templatePath)),
    ...validateLabels(labels, templatePath.child('labels')),
    ...validateAnnotations(annotations, templatePath.child('annotations')),
    ...validatePodAnnotations(annotations, template.spec, templatePath.child('annotations')),
  ];
}

function validateSpec(spec: Spec, { updating, skipTemplate }: Leniency): FieldError[] {
  const errors = [...validateManagement(spec.podManagementPolicy), ...validateStrategy(spec.updateStrategy ?? {})];
  append(errors, validateRetention(spec.persistentVolumeClaimRetentionPolicy));
  if (!updating) {
    (spec.volumeClaimTemplates ?? []).forEach((claim, index) => {
      append(errors, validateClaimSpec(claim.spec ?? {}, specPath.child('volumeClaimTemplates').index(index).child('spec')));
    });
  }
  append(errors, nonNegative(spec.replicas, 'spec.replicas'), nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'));
  append(errors, nonNegative(spec.ordinals?.start, 'spec.ordinals.start'));
  if (!updating && spec.serviceName) append(errors, invalidName('spec.serviceName', spec.serviceName, isDNS1123Label(spec.serviceName)));
  append(errors, validateWorkloadSelector(spec.selector, specPath.child('selector'), 'empty selector is invalid for statefulset'));
  return [...errors, ...validateTemplate(spec, skipTemplate), ...validateReplaceable(spec.template, templatePath, 'StatefulSet')];
}

/** A new StatefulSet (apps validation.go ValidateStatefulSet). */
export function validateStatefulSet(object: StatefulSet): FieldError[] {
  return validateSpec(object.spec, { updating: false, skipTemplate: false });
}

/** What may change in a StatefulSet (ValidateStatefulSetUpdate). A template that was invalid before may stay so. */
export function validateStatefulSetUpdate(object: StatefulSet, old: StatefulSet): FieldError[] {
  const brokenBefore = validateSpec(old.spec, { updating: true, skipTemplate: false }).length > 0;
  const errors = validateSpec(object.spec, { updating: true, skipTemplate: brokenBefore });
  const { replicas, template, updateStrategy, minReadySeconds, ordinals, revisionHistoryLimit, persistentVolumeClaimRetentionPolicy } =
    old.spec;
  const mutable = {
    replicas,
    template,
    updateStrategy,
    minReadySeconds,
    ordinals,
    revisionHistoryLimit,
    persistentVolumeClaimRetentionPolicy,
  };
  if (!deepEqual({ ...object.spec, ...mutable }, old.spec)) errors.push(fieldForbidden('spec', FROZEN));
  return errors;
}
