import type { rbacv1 } from '#api';
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding, ServiceAccount } from '#api';
import type { KubeObject } from '#apimachinery';
import type { Grouping } from '../loaders.js';
import { ordered, referredToBy, refersToOne } from './references.js';
import { defineRelation, type Relation } from './relation.js';

type Binding = rbacv1.RoleBinding | rbacv1.ClusterRoleBinding;

const subjectKey = ({ kind, namespace, name }: rbacv1.Subject): string =>
  kind === 'ServiceAccount' ? `User/system:serviceaccount:${namespace ?? ''}:${name}` : `${kind}/${name}`;

/** Bindings by the users and groups that they are for; accounts are users. */
export const bySubject: Grouping<Binding> = { name: 'subject', keys: ({ subjects }) => [...new Set((subjects ?? []).map(subjectKey))] };

/** Every subject that a user of these groups is, as `bySubject` names it. */
export const subjectsOf = (user: string, groups: readonly string[]): string[] => [
  `User/${user}`,
  ...groups.map((group) => `Group/${group}`),
];

/** The user that an account is (apiserver serviceaccount.MakeUsername). */
export const userOf = ({ metadata: { name, namespace } }: KubeObject): string => `system:serviceaccount:${namespace}:${name}`;

const ANONYMOUS = 'system:anonymous';
const AUTHENTICATED = 'system:authenticated';
const UNAUTHENTICATED = 'system:unauthenticated';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):[^:]+$/;

/**
 * The groups of a user that a client impersonates with these groups; without any: those that every user of such a name has (apiserver
 * filters/impersonation, serviceaccount.MakeGroupNames).
 */
export function groupsOf(user: string, given: readonly string[] = []): string[] {
  const [, namespace] = SERVICE_ACCOUNT.exec(user) ?? [];
  const accounts = namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const groups = given.length > 0 ? [...given] : accounts;
  if (user === ANONYMOUS) return groups.includes(UNAUTHENTICATED) ? groups : [...groups, UNAUTHENTICATED];
  return groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED) ? groups : [...groups, AUTHENTICATED];
}

function subjectsOfAccount(account: KubeObject): string[] {
  const user = userOf(account);
  return subjectsOf(user, groupsOf(user));
}

/** The accounts among the subjects of a binding. */
const accountsOf = <T extends Binding & KubeObject>(on: typeof RoleBinding | typeof ClusterRoleBinding): Relation =>
  defineRelation<T>({
    on: on as never,
    field: 'serviceAccounts',
    description: 'The ServiceAccounts among the subjects of this binding.',
    to: ServiceAccount,
    list: true,
    async resolve(binding, { loaders, meter }, selectors) {
      const wanted = new Set(
        (binding.subjects ?? []).flatMap(({ kind, namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : [])),
      );
      if (wanted.size === 0) return [];
      const groups = await loaders.grouped(ServiceAccount, selectors, {
        name: 'place',
        keys: ({ metadata }) => [`${metadata.namespace}/${metadata.name}`],
      });
      meter.count('scanned', wanted.size);
      return ordered([...wanted].flatMap((place) => groups.get(place) ?? []));
    },
  });

const roleKey = (kind: string, name: string): string => `${kind}/${name}`;

const byRole: Grouping<Binding> = { name: 'role', keys: ({ roleRef }) => [roleKey(roleRef.kind, roleRef.name)] };

/** Among roles, their bindings and the accounts that are bound. */
export const roleRelations: readonly Relation[] = [
  defineRelation<rbacv1.RoleBinding>({
    on: RoleBinding,
    field: 'role',
    description: 'The Role or ClusterRole that this binding grants.',
    list: false,
    resolve: async ({ metadata, roleRef }, { loaders }) =>
      roleRef.kind === 'ClusterRole' ? loaders.get(ClusterRole, roleRef.name) : loaders.get(Role, roleRef.name, metadata.namespace),
  }),
  refersToOne({
    on: ClusterRoleBinding,
    field: 'role',
    description: 'The ClusterRole that this binding grants.',
    to: ClusterRole,
    at: ({ roleRef }) => ({ name: roleRef.name }),
  }),
  accountsOf(RoleBinding),
  accountsOf(ClusterRoleBinding),
  referredToBy({
    on: Role,
    field: 'roleBindings',
    description: 'The RoleBindings that grant this Role.',
    to: RoleBinding,
    by: byRole,
    keys: ({ metadata }) => [roleKey('Role', metadata.name)],
  }),
  referredToBy({
    on: ClusterRole,
    field: 'roleBindings',
    description: 'The RoleBindings that grant this ClusterRole in their namespace.',
    to: RoleBinding,
    by: byRole,
    keys: ({ metadata }) => [roleKey('ClusterRole', metadata.name)],
  }),
  referredToBy({
    on: ClusterRole,
    field: 'clusterRoleBindings',
    description: 'The ClusterRoleBindings that grant this ClusterRole in the whole cluster.',
    to: ClusterRoleBinding,
    by: byRole,
    keys: ({ metadata }) => [roleKey('ClusterRole', metadata.name)],
  }),
  defineRelation({
    on: ServiceAccount,
    field: 'roleBindings',
    description: 'The RoleBindings, of all namespaces, that apply to this account, by its name or by one of its groups.',
    to: RoleBinding,
    list: true,
    async resolve(account, { loaders }, selectors) {
      const groups = await loaders.grouped(RoleBinding, selectors, bySubject);
      return ordered(subjectsOfAccount(account).flatMap((subject) => groups.get(subject) ?? []));
    },
  }),
  referredToBy({
    on: ServiceAccount,
    field: 'clusterRoleBindings',
    description: 'The ClusterRoleBindings that apply to this account, by its name or by one of its groups.',
    to: ClusterRoleBinding,
    by: bySubject,
    keys: subjectsOfAccount,
  }),
];
