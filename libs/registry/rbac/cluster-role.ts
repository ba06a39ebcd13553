import type { rbacv1 } from '#api';
import { append, type FieldError, required } from '#apimachinery';
import { overNulls } from '../rules/nulls.js';
import { hasInvalidSelectorValue, labelSelector } from '../rules/selector.js';
import { confirmNoEscalation } from './escalation.js';
import { policyRule, RBAC_GROUP, rbacName } from './rules.js';

function validateClusterRole({ rules = [], aggregationRule }: rbacv1.ClusterRole, allowInvalidValues: boolean): FieldError[] {
  const errors = rules.flatMap((rule, index) => policyRule(`rules[${index}]`, rule, false));
  if (!aggregationRule) return errors;
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  selectors.forEach((selector, index) => {
    append(errors, labelSelector(`${path}[${index}]`, selector, { allowInvalidValues }));
  });
  return errors;
}

const selectorsOf = (role: rbacv1.ClusterRole) => role.aggregationRule?.clusterRoleSelectors ?? [];

/** ClusterRole (registry/rbac/clusterrole). */
export const clusterRole = overNulls<rbacv1.ClusterRole>({
  group: RBAC_GROUP,
  resource: 'clusterroles',
  confirm: confirmNoEscalation({ resource: 'clusterroles', grants: 'rules' }),
  validateName: rbacName,
  createOnUpdate: true,
  validate: (object) => validateClusterRole(object, false),
  validateUpdate: (object, old) => validateClusterRole(object, selectorsOf(old).some(hasInvalidSelectorValue)),
});
