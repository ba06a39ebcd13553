import type { rbacv1 } from '#api';
import { overNulls } from '../rules/nulls.js';
import { confirmNoEscalation } from './escalation.js';
import { bindingColumns, defaultBinding, RBAC_GROUP, rbacName, validateBinding, validateBindingUpdate } from './rules.js';

/** ClusterRoleBinding (registry/rbac/clusterrolebinding). */
export const clusterRoleBinding = overNulls<rbacv1.ClusterRoleBinding>({
  group: RBAC_GROUP,
  resource: 'clusterrolebindings',
  confirm: confirmNoEscalation({ resource: 'clusterrolebindings', grants: 'role' }),
  validateName: rbacName,
  createOnUpdate: true,
  setDefaults: defaultBinding,
  validate: (object) => validateBinding(object, false),
  validateUpdate: (object, old) => validateBindingUpdate(object, old, false),
  columns: bindingColumns,
});
