import type { corev1 } from '#api';
import { append, type FieldError, type FieldPath, getOwn, invalidValue, required } from '#apimachinery';
import { isStandardQuotaName } from './resource-names.js';

type Spec = corev1.ResourceQuotaSpec;

const POD_RESOURCES = new Set(['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']);
const ONLY_PODS = new Set(['pods']);
/** The resources to which each scope applies (helpers.go IsResourceQuotaScopeValidForResource). */
const RESOURCES_OF: Readonly<Record<string, ReadonlySet<string>>> = {
  Terminating: POD_RESOURCES,
  NotTerminating: POD_RESOURCES,
  NotBestEffort: POD_RESOURCES,
  PriorityClass: POD_RESOURCES,
  CrossNamespacePodAffinity: POD_RESOURCES,
  BestEffort: ONLY_PODS,
  VolumeAttributesClass: new Set(['persistentvolumeclaims', 'requests.storage']),
};
const EXISTS_ONLY = new Set(['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']);
const EXCLUSIVE = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

function misfits(scope: string, hard: readonly string[]): number {
  return hard.filter((name) => isStandardQuotaName(name) && getOwn(RESOURCES_OF, scope)?.has(name) === false).length;
}

function conflicts(scopes: readonly string[], shown: unknown, path: FieldPath): FieldError[] {
  return EXCLUSIVE.filter((pair) => pair.every((scope) => scopes.includes(scope))).map(() =>
    invalidValue(path, shown, 'conflicting scopes'),
  );
}

function validateScopes(spec: Spec, hard: readonly string[], path: FieldPath): FieldError[] {
  const scopes = spec.scopes ?? [];
  const errors: FieldError[] = [];
  for (const scope of scopes) {
    if (!Object.hasOwn(RESOURCES_OF, scope)) errors.push(invalidValue(path, scopes, 'unsupported scope'));
    for (let count = misfits(scope, hard); count > 0; count -= 1) {
      errors.push(invalidValue(path, scopes, 'unsupported scope applied to resource'));
    }
  }
  return [...errors, ...conflicts(scopes, scopes, path)];
}

function validateOperator(requirement: corev1.ScopedResourceSelectorRequirement, path: FieldPath): FieldError[] {
  const { scopeName, operator, values = [] } = requirement;
  const errors: FieldError[] = [];
  if (EXISTS_ONLY.has(scopeName) && operator !== 'Exists') {
    const text =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(invalidValue(path.child('operator'), operator, text));
  }
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(path.child('values'), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.push(
        invalidValue(path.child('values'), values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"),
      );
    }
  } else errors.push(invalidValue(path.child('operator'), operator, 'not a valid selector operator'));
  return errors;
}

function validateSelector(spec: Spec, hard: readonly string[], path: FieldPath): FieldError[] {
  const requirements = spec.scopeSelector?.matchExpressions ?? [];
  const errors: FieldError[] = [];
  for (const requirement of requirements) {
    if (!Object.hasOwn(RESOURCES_OF, requirement.scopeName)) {
      errors.push(invalidValue(path.child('scopeName'), requirement.scopeName, 'unsupported scope'));
    }
    for (let count = misfits(requirement.scopeName, hard); count > 0; count -= 1) {
      // The value is printed in the internal form, with Go's field names.
      const shown = {
        MatchExpressions: requirements.map(({ scopeName, operator, values }) => ({
          ScopeName: scopeName,
          Operator: operator,
          Values: values ?? null,
        })),
      };
      errors.push(invalidValue(path, shown, 'unsupported scope applied to resource'));
    }
    append(errors, validateOperator(requirement, path));
  }
  const names = requirements.map(({ scopeName }) => scopeName);
  return [...errors, ...conflicts(names, spec.scopes ?? null, path)];
}

/** Scopes and scope selector of a quota (validateResourceQuotaScopes, validateScopedResourceSelectorRequirement). */
export function validateQuotaScopes(spec: Spec, path: FieldPath): FieldError[] {
  const hard = Object.keys(spec.hard ?? {}).sort();
  return [
    ...validateScopes(spec, hard, path.child('scopes')),
    ...validateSelector(spec, hard, path.child('scopeSelector', 'matchExpressions')),
  ];
}
