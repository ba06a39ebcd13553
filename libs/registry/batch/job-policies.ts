import type { batchv1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  goQuote,
  invalidValue,
  isQualifiedName,
  notSupported,
  OMIT_VALUE,
  required,
  tooLong,
  tooMany,
} from '#apimachinery';
import { invalidName, nonNegative } from '../core/checks.js';
import { repeats } from '../repeats.js';
import { countIndexes } from './indexes.js';

type Spec = batchv1.JobSpec;

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_INDEXES_TEXT = 64 * 1024;

/** One of a set, with upstream's message format: `valid values: ["a" "b"]`. */
function chosen(value: string | undefined, values: readonly string[], path: FieldPath): FieldError[] {
  if (!value) return [required(path, `valid values: [${values.map(goQuote).join(' ')}]`)];
  return values.includes(value) ? [] : [notSupported(path, value, values)];
}

function validateExitCodes(
  requirement: batchv1.PodFailurePolicyOnExitCodesRequirement,
  path: FieldPath,
  names: ReadonlySet<string>,
): FieldError[] {
  const { operator, containerName, values = [] } = requirement;
  const errors = chosen(operator, OPERATORS, path.child('operator'));
  if (containerName !== undefined && !names.has(containerName)) {
    const text = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalidValue(path.child('containerName'), containerName, text));
  }
  const at = path.child('values');
  if (values.length === 0) errors.push(invalidValue(at, requirement.values ?? null, 'at least one value is required'));
  else if (values.length > MAX_EXIT_CODES) errors.push(tooMany(at, values.length, MAX_EXIT_CODES));
  const repeated = repeats(values);
  values.forEach((value, index) => {
    if (operator === 'In' && value === 0) errors.push(invalidValue(at.index(index), value, 'must not be 0 for the In operator'));
    if (repeated.has(index)) errors.push(duplicate(at.index(index), value));
  });
  if (values.some((value, index) => index > 0 && (values[index - 1] ?? 0) > value))
    errors.push(invalidValue(at, values, 'must be ordered'));
  return errors;
}

function validateConditions(patterns: readonly batchv1.PodFailurePolicyOnPodConditionsPattern[], path: FieldPath): FieldError[] {
  const errors = patterns.length > MAX_RULES ? [tooMany(path, patterns.length, MAX_RULES)] : [];
  patterns.forEach(({ type, status }, index) => {
    append(errors, invalidName(path.index(index).child('type'), type ?? '', isQualifiedName(type ?? '')));
    append(errors, chosen(status, STATUSES, path.index(index).child('status')));
  });
  return errors;
}

function validateRule(rule: batchv1.PodFailurePolicyRule, spec: Spec, path: FieldPath, names: ReadonlySet<string>): FieldError[] {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const errors = chosen(action, ACTIONS, path.child('action'));
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    errors.push(invalidValue(path.child('action'), action, 'requires the backoffLimitPerIndex to be set'));
  }
  if (onExitCodes) append(errors, validateExitCodes(onExitCodes, path.child('onExitCodes'), names));
  append(errors, validateConditions(onPodConditions, path.child('onPodConditions')));
  const given = (onExitCodes ? 1 : 0) + (onPodConditions.length > 0 ? 1 : 0);
  if (given === 2) errors.push(invalidValue(path, OMIT_VALUE, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (given === 0) errors.push(invalidValue(path, OMIT_VALUE, 'specifying one of OnExitCodes and OnPodConditions is required'));
  return errors;
}

/** Whether a failed pod counts, is ignored or fails the Job (validatePodFailurePolicy). */
export function validateFailurePolicy(spec: Spec, path: FieldPath): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const errors = rules.length > MAX_RULES ? [tooMany(path, rules.length, MAX_RULES)] : [];
  const pod = spec.template?.spec;
  const names = new Set([...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].map(({ name }) => name));
  for (const [index, rule] of rules.entries()) append(errors, validateRule(rule, spec, path.index(index), names));
  return errors;
}

function validateSuccessRule(
  { succeededCount, succeededIndexes }: batchv1.SuccessPolicyRule,
  completions: number,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  if (succeededCount === undefined && succeededIndexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  const total = countIndexes(succeededIndexes ?? '', completions);
  const indexesPath = path.child('succeededIndexes');
  if ((succeededIndexes ?? '').length > MAX_INDEXES_TEXT) errors.push(tooLong(indexesPath, '', MAX_INDEXES_TEXT));
  if (typeof total === 'string') errors.push(invalidValue(indexesPath, succeededIndexes, `error parsing succeededIndexes: ${total}`));
  if (succeededCount === undefined) return errors;
  const at = path.child('succeededCount');
  append(errors, nonNegative(succeededCount, at));
  if (succeededCount > completions) {
    errors.push(invalidValue(at, succeededCount, `must be less than or equal to ${completions} (the number of specified completions)`));
  }
  const count = typeof total === 'string' ? 0 : total;
  if (succeededIndexes !== undefined && succeededCount > count) {
    const text = `must be less than or equal to ${count} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalidValue(at, succeededCount, text));
  }
  return errors;
}

/** When an indexed Job succeeds before all its indexes do (validateSuccessPolicy). */
export function validateSuccessPolicy(spec: Spec, path: FieldPath): FieldError[] {
  const rules = spec.successPolicy?.rules ?? [];
  const errors: FieldError[] = [];
  if (rules.length === 0) errors.push(required(path, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > MAX_RULES) errors.push(tooMany(path, rules.length, MAX_RULES));
  for (const [index, rule] of rules.entries()) append(errors, validateSuccessRule(rule, spec.completions ?? 0, path.index(index)));
  return errors;
}
