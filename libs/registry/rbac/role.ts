import type { rbacv1 } from '#api';
import type { FieldError } from '#apimachinery';
import { overNulls } from '../rules/nulls.js';
import { confirmNoEscalation } from './escalation.js';
import { policyRule, RBAC_GROUP, rbacName } from './rules.js';

const validate = ({ rules = [] }: rbacv1.Role): FieldError[] => rules.flatMap((rule, index) => policyRule(`rules[${index}]`, rule, true));

/** Role (registry/rbac/role). */
export const role = overNulls<rbacv1.Role>({
  group: RBAC_GROUP,
  resource: 'roles',
  confirm: confirmNoEscalation({ resource: 'roles', grants: 'rules' }),
  validateName: rbacName,
  createOnUpdate: true,
  validate,
  validateUpdate: validate,
});
