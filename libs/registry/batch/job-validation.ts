import type { batchv1 } from '#api';
import {
  append,
  type FieldError,
  type FieldPath,
  fieldPath,
  getOwn,
  invalidValue,
  isDNS1123Label,
  isDomainPrefixedPath,
  notSupported,
  required,
  tooLong,
  validateLabelSelector,
} from '#apimachinery';
import { selectorMatches } from '../apps/selector.js';
import { validateTemplateLabels } from '../apps/template.js';
import { nonNegative } from '../core/checks.js';
import { validatePodTemplateSpec } from '../core/pod/validation/template.js';
import { printedMap, printedSelector } from '../core/printed.js';
import { internalForm } from '../internal-form/internal-form.js';
import { validateFailurePolicy, validateSuccessPolicy } from './job-policies.js';

type Job = batchv1.Job;
type Spec = batchv1.JobSpec;

const MAX_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;
const MANY_COMPLETIONS = 100_000;
const LIMIT_WITH_MANY = 10_000;
const MAX_MANAGED_BY = 63;

const specPath = fieldPath('spec');
const LEGACY_LABELS = ['controller-uid', 'job-name'];
const PREFIXED_LABELS = ['batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'];

function validateNumbers(spec: Spec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const) {
    append(errors, nonNegative(spec[field], path.child(field)));
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(path.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  }
  return errors;
}

function validateManyCompletions(spec: Spec, path: FieldPath): FieldError[] {
  const { completions = 0, parallelism = 0, maxFailedIndexes: failed } = spec;
  if (completions <= MANY_COMPLETIONS || spec.backoffLimitPerIndex === undefined) return [];
  const text = `must be less than or equal to ${LIMIT_WITH_MANY} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  const errors: FieldError[] = [];
  if (failed === undefined)
    errors.push(required(path.child('maxFailedIndexes'), `must be specified when completions is above ${MANY_COMPLETIONS}`));
  if (parallelism > LIMIT_WITH_MANY) errors.push(invalidValue(path.child('parallelism'), parallelism, text));
  if (failed !== undefined && failed > LIMIT_WITH_MANY) errors.push(invalidValue(path.child('maxFailedIndexes'), failed, text));
  return errors;
}

function validateIndexed(spec: Spec, path: FieldPath): FieldError[] {
  const { completions, parallelism = 0, maxFailedIndexes: failed } = spec;
  const errors: FieldError[] = [];
  if (completions === undefined) errors.push(required(path.child('completions'), 'when completion mode is Indexed'));
  if (parallelism > MAX_PARALLELISM) {
    const text = `must be less than or equal to ${MAX_PARALLELISM} when completion mode is Indexed`;
    errors.push(invalidValue(path.child('parallelism'), parallelism, text));
  }
  const at = path.child('maxFailedIndexes');
  if (completions !== undefined && failed !== undefined && failed > completions) {
    errors.push(invalidValue(at, failed, 'must be less than or equal to completions'));
  }
  if (failed !== undefined && failed > MAX_FAILED_INDEXES)
    errors.push(invalidValue(at, failed, `must be less than or equal to ${MAX_FAILED_INDEXES}`));
  return [...errors, ...validateManyCompletions(spec, path)];
}

function validateCompletionMode(spec: Spec, path: FieldPath): FieldError[] {
  const { completionMode: mode } = spec;
  if (mode === 'Indexed') return validateIndexed(spec, path);
  if (mode !== undefined && mode !== 'NonIndexed') return [notSupported(path.child('completionMode'), mode, ['NonIndexed', 'Indexed'])];
  return (['backoffLimitPerIndex', 'maxFailedIndexes'] as const)
    .filter((field) => spec[field] !== undefined)
    .map((field) => invalidValue(path.child(field), spec[field], 'requires indexed completion mode'));
}

function validatePolicies(spec: Spec, path: FieldPath): FieldError[] {
  const errors = spec.podFailurePolicy ? validateFailurePolicy(spec, path.child('podFailurePolicy', 'rules')) : [];
  if (spec.successPolicy) {
    const at = path.child('successPolicy');
    if (spec.completionMode === 'Indexed') append(errors, validateSuccessPolicy(spec, at.child('rules')));
    else errors.push(invalidValue(at, internalForm('SuccessPolicy', spec.successPolicy), 'requires indexed completion mode'));
  }
  const replacement = spec.podReplacementPolicy;
  const supported = spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  if (replacement !== undefined && !supported.includes(replacement)) {
    errors.push(notSupported(path.child('podReplacementPolicy'), replacement, supported));
  }
  return errors;
}

function validateRestartPolicy(spec: Spec, path: FieldPath): FieldError[] {
  const at = path.child('template', 'spec', 'restartPolicy');
  const policy = spec.template?.spec?.restartPolicy ?? '';
  if (policy === 'Always' || policy === '') return [required(at, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(at, policy, ['OnFailure', 'Never'])];
  if (!spec.podFailurePolicy || policy === 'Never') return [];
  return [invalidValue(at, policy, 'only "Never" is supported when podFailurePolicy is specified')];
}

/** A Job's spec without its selector, as in a CronJob (batch validation.go validateJobSpec). */
export function validateJobSpecParts(spec: Spec, path: FieldPath): FieldError[] {
  const errors = validateNumbers(spec, path);
  if (spec.managedBy !== undefined) {
    append(errors, isDomainPrefixedPath(path.child('managedBy'), spec.managedBy));
    if (spec.managedBy.length > MAX_MANAGED_BY) errors.push(tooLong(path.child('managedBy'), '', MAX_MANAGED_BY));
  }
  append(errors, validateCompletionMode(spec, path), validatePolicies(spec, path));
  append(errors, validatePodTemplateSpec(spec.template ?? {}, path.child('template')));
  return [...errors, ...validateRestartPolicy(spec, path)];
}

/** A Job's spec (ValidateJobSpec). */
export function validateJobSpec(spec: Spec): FieldError[] {
  const errors = validateJobSpecParts(spec, specPath);
  if (!spec.selector) errors.push(required('spec.selector'));
  append(errors, validateLabelSelector(spec.selector, specPath.child('selector')));
  return [...errors, ...validateTemplateLabels(spec.selector, spec.template, specPath.child('template'))];
}

function validateGeneratedSelector(object: Job, prefixed: boolean): FieldError[] {
  const { spec, metadata } = object;
  if (spec.manualSelector || !spec.selector) return [];
  const labels = spec.template?.metadata?.labels ?? {};
  const expected: Record<string, string> = {};
  const errors: FieldError[] = [];
  for (const key of prefixed ? [...LEGACY_LABELS, ...PREFIXED_LABELS] : LEGACY_LABELS) {
    const value = key.endsWith('uid') ? (metadata.uid ?? '') : metadata.name;
    const at = specPath.child('template', 'metadata', 'labels').key(key);
    expected[key] = value;
    if (getOwn(labels, key) === undefined) errors.push(required(at, `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalidValue(at, printedMap(labels), `must be '${value}'`));
  }
  if (selectorMatches(spec.selector, expected) === false)
    errors.push(invalidValue('spec.selector', printedSelector(spec.selector), '`selector` not auto-generated'));
  return errors;
}

/**
 * A Job (ValidateJob). `prefixed`: its pods must also have the labels with the prefix batch.kubernetes.io/, which only very old Jobs lack.
 */
export function validateJob(object: Job, prefixed: boolean): FieldError[] {
  const { spec, metadata } = object;
  const errors = [...validateGeneratedSelector(object, prefixed), ...validateJobSpec(spec)];
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 0) {
    const hostname = `${metadata.name}-${(spec.completions ?? 0) - 1}`;
    if (isDNS1123Label(hostname).length > 0) {
      errors.push(invalidValue('metadata.name', metadata.name, `will not able to create pod with invalid DNS label: ${hostname}`));
    }
  }
  return errors;
}
