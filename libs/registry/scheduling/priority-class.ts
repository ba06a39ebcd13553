import type { schedulingv1 } from '#api';
import { deepEqual, type FieldError, fieldForbidden, getOwn, notSupported, required } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration } from '../rules/prepare.js';
import { immutable } from '../rules/text.js';

/** Values above it are reserved for the system (scheduling.HighestUserDefinablePriority). */
const HIGHEST_USER_PRIORITY = 1_000_000_000;
/** The system's classes with their values (apis/scheduling/v1 SystemPriorityClasses). */
export const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

/** Why a class with the system's prefix is not one of the system's (IsKnownSystemPriorityClass); undefined if it is. */
function systemClassTrouble(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = getOwn(SYSTEM_CLASSES, name);
  if (known === undefined) return `${name} is not a known system priority class`;
  if (known !== value) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function validate(object: schedulingv1.PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  const { name } = object.metadata;
  const { value = 0, globalDefault = false, preemptionPolicy } = object;
  if (name?.startsWith('system-')) {
    const trouble = systemClassTrouble(name, value, globalDefault);
    const detail = `priority class names with 'system-' prefix are reserved for system use only. error: ${trouble}`;
    if (trouble) errors.push(fieldForbidden('metadata.name', detail));
  } else if (value > HIGHEST_USER_PRIORITY) {
    errors.push(fieldForbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`));
  }
  if (preemptionPolicy === '') errors.push(required('preemptionPolicy'));
  else if (preemptionPolicy !== undefined && preemptionPolicy !== 'PreemptLowerPriority' && preemptionPolicy !== 'Never')
    errors.push(notSupported('preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never']));
  return errors;
}

/** PriorityClass (registry/scheduling/priorityclass). */
export const priorityClass = overNulls<schedulingv1.PriorityClass>({
  group: 'scheduling.k8s.io',
  resource: 'priorityclasses',
  prepareForCreate: firstGeneration,
  validate,
  validateUpdate(object, old) {
    const changed = !deepEqual(object.value ?? 0, old.value ?? 0);
    const errors = changed ? [fieldForbidden('value', 'may not be changed in an update.')] : [];
    return [...errors, ...immutable('preemptionPolicy', object.preemptionPolicy, old.preemptionPolicy)];
  },
  columns: [
    nameColumn,
    { name: 'Value', type: 'integer', cell: ({ value }) => value ?? 0 },
    { name: 'Global-Default', type: 'boolean', cell: ({ globalDefault }) => globalDefault ?? false },
    ageColumn,
    { name: 'PreemptionPolicy', type: 'string', cell: ({ preemptionPolicy }) => preemptionPolicy ?? '' },
  ],
});
