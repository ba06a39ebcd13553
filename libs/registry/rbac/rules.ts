import type { rbacv1 } from '#api';
import { append, type FieldError, invalidValue, isDNS1123Subdomain, nameIsPathSegment, notSupported, required } from '#apimachinery';
import type { Column } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { eachInvalid } from '../rules/text.js';

/** The API group of roles, and of the users and groups in bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** Names of roles and bindings may contain everything that a path segment may, including colons (rbac/validation ValidateRBACName). */
export const rbacName = (name: string): string[] => nameIsPathSegment(name, false);

/** One rule of a role (rbac/validation ValidatePolicyRule). */
export function policyRule(path: string, rule: rbacv1.PolicyRule, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if (!rule.verbs?.length) errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const field = `${path}.nonResourceURLs`;
    if (namespaced) errors.push(invalidValue(field, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0)
      errors.push(invalidValue(field, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'));
    return errors;
  }
  if (apiGroups.length === 0) errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources.length === 0) errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

function subject(path: string, { kind = '', name = '', namespace = '', apiGroup = '' }: rbacv1.Subject, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = name === '' ? [required(`${path}.name`)] : [];
  if (kind === 'ServiceAccount') {
    if (name !== '') append(errors, eachInvalid(`${path}.name`, name, isDNS1123Subdomain(name)));
    if (apiGroup !== '') errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
    if (!namespaced && namespace === '') errors.push(required(`${path}.namespace`));
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== RBAC_GROUP) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [RBAC_GROUP]));
  } else {
    errors.push(notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}

/** The fields that both kinds of bindings have. */
export type Binding = rbacv1.RoleBinding | rbacv1.ClusterRoleBinding;

/** A binding's role and subjects (ValidateRoleBinding, ValidateClusterRoleBinding). */
export function validateBinding(binding: Binding, namespaced: boolean): FieldError[] {
  const { apiGroup = '', kind = '', name = '' } = binding.roleRef ?? {};
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const errors: FieldError[] = [];
  if (apiGroup !== RBAC_GROUP) errors.push(notSupported('roleRef.apiGroup', apiGroup, [RBAC_GROUP]));
  if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds));
  if (name === '') errors.push(required('roleRef.name'));
  else append(errors, eachInvalid('roleRef.name', name, rbacName(name)));
  const subjects = binding.subjects ?? [];
  return [...errors, ...subjects.flatMap((each, index) => subject(`subjects[${index}]`, each, namespaced))];
}

/** The same, and the role must be unchanged. */
export function validateBindingUpdate(binding: Binding, old: Binding, namespaced: boolean): FieldError[] {
  const errors = validateBinding(binding, namespaced);
  const now = binding.roleRef ?? {};
  const was = old.roleRef ?? {};
  if (now.apiGroup !== was.apiGroup || now.kind !== was.kind || now.name !== was.name) {
    // Upstream prints its internal struct here, which has no JSON names.
    const shown = { APIGroup: now.apiGroup ?? '', Kind: now.kind ?? '', Name: now.name ?? '' };
    errors.push(invalidValue('roleRef', shown, 'cannot change roleRef'));
  }
  return errors;
}

/** SetDefaults_Subject: the API group of users and groups. */
export function defaultBinding(binding: Binding): void {
  for (const each of binding.subjects ?? []) {
    if (!each.apiGroup && (each.kind === 'User' || each.kind === 'Group')) each.apiGroup = RBAC_GROUP;
  }
}

const names = (binding: Binding, kind: string, text: (subject: rbacv1.Subject) => string): string =>
  (binding.subjects ?? [])
    .filter((each) => each.kind === kind)
    .map(text)
    .join(', ');

/** Columns of both kinds of bindings (printRoleBinding). */
export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  { name: 'Role', type: 'string', cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  ageColumn,
  { name: 'Users', type: 'string', priority: 1, cell: (binding) => names(binding, 'User', ({ name }) => name) },
  { name: 'Groups', type: 'string', priority: 1, cell: (binding) => names(binding, 'Group', ({ name }) => name) },
  {
    name: 'ServiceAccounts',
    type: 'string',
    priority: 1,
    cell: (binding) => names(binding, 'ServiceAccount', ({ name, namespace }) => `${namespace ?? ''}/${name}`),
  },
];
