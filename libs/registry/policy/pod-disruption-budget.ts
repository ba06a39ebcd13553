import type { policyv1 } from '#api';
import { append, type FieldError, type IntOrString, invalidValue, isValidPercent, notSupported } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, keepSpec, keepStatus, nextGeneration } from '../rules/prepare.js';
import { hasInvalidSelectorValue, labelSelector } from '../rules/selector.js';
import { eachInvalid, nonNegative } from '../rules/text.js';

const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

/** A number of pods or a percentage of them (apps/validation ValidatePositiveIntOrPercent, IsNotMoreThan100Percent). */
function count(path: string, value: IntOrString | undefined): FieldError[] {
  if (value === undefined) return [];
  if (typeof value === 'number') return nonNegative(path, value);
  const messages = isValidPercent(value);
  if (messages.length > 0) return eachInvalid(path, value, messages);
  return Number.parseInt(value, 10) > 100 ? [invalidValue(path, value, 'must not be greater than 100%')] : [];
}

function validateBudget({ spec = {} }: policyv1.PodDisruptionBudget, allowInvalidValues: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    errors.push(invalidValue('spec', internalForm(spec), 'minAvailable and maxUnavailable cannot be both set'));
  append(errors, count('spec.minAvailable', minAvailable), count('spec.maxUnavailable', maxUnavailable));
  append(errors, labelSelector('spec.selector', spec.selector, { allowInvalidValues }));
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy))
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, EVICTION_POLICIES));
  return errors;
}

/** Upstream's message prints its internal struct, which has no JSON names. */
const internalForm = (spec: policyv1.PodDisruptionBudgetSpec) => ({
  MinAvailable: spec.minAvailable ?? null,
  Selector: spec.selector ?? null,
  MaxUnavailable: spec.maxUnavailable ?? null,
  UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
});

/** PodDisruptionBudget (registry/policy/poddisruptionbudget). */
export const podDisruptionBudget = overNulls<policyv1.PodDisruptionBudget>({
  group: 'policy',
  resource: 'poddisruptionbudgets',
  unconditionalUpdate: false,
  prepareForCreate(object) {
    object.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
    firstGeneration(object);
  },
  prepareForUpdate(object, old) {
    keepStatus(object, old);
    nextGeneration(object, old, ({ spec }) => spec);
  },
  validate: (object) => validateBudget(object, false),
  validateUpdate: (object, old) => validateBudget(object, hasInvalidSelectorValue(old.spec?.selector)),
  subresources: {
    status: {
      prepareForUpdate: (object, old) => keepSpec(object, old),
      validateUpdate: ({ status = {} }) => [
        ...nonNegative('status.disruptionsAllowed', status.disruptionsAllowed),
        ...nonNegative('status.currentHealthy', status.currentHealthy),
        ...nonNegative('status.desiredHealthy', status.desiredHealthy),
        ...nonNegative('status.expectedPods', status.expectedPods),
      ],
    },
  },
  columns: [
    nameColumn,
    { name: 'Min Available', type: 'string', cell: ({ spec }) => String(spec?.minAvailable ?? 'N/A') },
    { name: 'Max Unavailable', type: 'string', cell: ({ spec }) => String(spec?.maxUnavailable ?? 'N/A') },
    { name: 'Allowed Disruptions', type: 'integer', cell: ({ status }) => status?.disruptionsAllowed ?? 0 },
    ageColumn,
  ],
});
