import type { rbacv1 } from '#api';
import { overNulls } from '../rules/nulls.js';
import { confirmNoEscalation } from './escalation.js';
import { bindingColumns, defaultBinding, RBAC_GROUP, rbacName, validateBinding, validateBindingUpdate } from './rules.js';

/** RoleBinding (registry/rbac/rolebinding). */
export const roleBinding = overNulls<rbacv1.RoleBinding>({
  group: RBAC_GROUP,
  resource: 'rolebindings',
  confirm: confirmNoEscalation({ resource: 'rolebindings', grants: 'role' }),
  validateName: rbacName,
  createOnUpdate: true,
  setDefaults: defaultBinding,
  validate: (object) => validateBinding(object, true),
  validateUpdate: (object, old) => validateBindingUpdate(object, old, true),
  columns: bindingColumns,
});
