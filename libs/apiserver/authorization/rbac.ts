import type { rbacv1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import { keyOf, listPrefix } from '../rest/keys.js';
import type { UserInfo } from '../rest/strategy.js';
import type { AuthorizationAttributes, AuthorizerLink, Decision, Rules } from './authorization.js';

/** The API group of roles and bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';
const GROUP = RBAC_GROUP;

type Rule = rbacv1.PolicyRule;
type Binding = KubeObject & Pick<rbacv1.RoleBinding, 'roleRef' | 'subjects'>;

const has = (values: readonly string[] | undefined, value: string): boolean =>
  values !== undefined && (values.includes('*') || values.includes(value));

// A rule on all resources' log subresource means pods/log too (rbac/v1 evaluation_helpers.go ResourceMatches).log, (rbac/v1 evaluation_helpers.go ResourceMatches). */
function resourceMatches(rule: Rule, { resource, subresource }: AuthorizationAttributes): boolean {
  const asked = subresource === '' ? resource : `${resource}/${subresource}`;
  if (has(rule.resources, asked)) return true;
  return subresource !== '' && (rule.resources ?? []).includes(`*/${subresource}`);
}

function pathMatches(rule: Rule, path: string): boolean {
  return (rule.nonResourceURLs ?? []).some(
    (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
  );
}

/** Whether a rule allows what is asked (plugin/pkg/auth/authorizer/rbac RuleAllows). */
export function ruleAllows(rule: Rule, asked: AuthorizationAttributes): boolean {
  if (!has(rule.verbs, asked.verb)) return false;
  if (!asked.isResource) return pathMatches(rule, asked.path);
  if (!has(rule.apiGroups, asked.group) || !resourceMatches(rule, asked)) return false;
  const names = rule.resourceNames ?? [];
  return names.length === 0 || names.includes(asked.name);
}

/** The subject of a binding that a user is, if any (registry/rbac/validation appliesTo). `namespace`: the binding's. */
function subjectOf({ subjects }: Binding, user: UserInfo, namespace: string): rbacv1.Subject | undefined {
  return subjects?.find((subject) => {
    if (subject.kind === 'User') return user.name === subject.name;
    if (subject.kind === 'Group') return user.groups.includes(subject.name);
    const home = subject.namespace || namespace;
    return subject.kind === 'ServiceAccount' && home !== '' && user.name === `system:serviceaccount:${home}:${subject.name}`;
  });
}

function describe(binding: Binding, subject: rbacv1.Subject): string {
  const { name, namespace } = binding.metadata;
  const where = namespace ? `RoleBinding "${name}/${namespace}"` : `ClusterRoleBinding "${name}"`;
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || (namespace ?? '')}` : subject.name;
  return `${where} of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject.kind} "${who}"`;
}

/** Finds out what a user may do, and what a role gives (pkg/registry/rbac/validation AuthorizationRuleResolver). */
export interface RuleResolver {
  rulesOfUser(user: UserInfo, namespace: string): Promise<readonly Rule[]>;
  /** Undefined where the role is not there. */
  rulesOfRole(roleRef: rbacv1.RoleRef, namespace: string): Promise<readonly Rule[] | undefined>;
}

/** Bindings that hold for a user, with their rules; `missing` are the roles that are bound but not there. */
interface Held {
  binding: Binding;
  subject: rbacv1.Subject;
  rules: readonly Rule[];
}

/** Role based access control over the cluster's own roles and bindings, as the cache holds them (plugin/pkg/auth/authorizer/rbac). */
export class RbacAuthorizer implements AuthorizerLink, RuleResolver {
  constructor(private readonly store: ClusterStore) {}

  async authorize(asked: AuthorizationAttributes): Promise<Decision> {
    const missing: string[] = [];
    for (const { binding, subject, rules } of await this.held(asked.user, asked.isResource ? asked.namespace : '', missing)) {
      if (rules.some((rule) => ruleAllows(rule, asked)))
        return { decision: 'allow', reason: `RBAC: allowed by ${describe(binding, subject)}` };
    }
    if (missing.length === 0) return { decision: 'none' };
    const text = missing.length === 1 ? (missing[0] ?? '') : `[${missing.join(', ')}]`;
    return { decision: 'none', reason: `RBAC: ${text}` };
  }

  async rulesFor(user: UserInfo, namespace: string): Promise<Rules> {
    const found: Rules = { resourceRules: [], nonResourceRules: [] };
    for (const { rules } of await this.held(user, namespace, [])) {
      for (const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } of rules) {
        if (resources?.length)
          found.resourceRules.push({ verbs, ...(apiGroups ? { apiGroups } : {}), resources, ...(resourceNames ? { resourceNames } : {}) });
        if (nonResourceURLs?.length) found.nonResourceRules.push({ verbs, nonResourceURLs });
      }
    }
    return found;
  }

  async rulesOfUser(user: UserInfo, namespace: string): Promise<readonly Rule[]> {
    return (await this.held(user, namespace, [])).flatMap(({ rules }) => rules);
  }

  async rulesOfRole({ kind, name }: rbacv1.RoleRef, namespace: string): Promise<readonly Rule[] | undefined> {
    const cluster = kind === 'ClusterRole';
    const key = keyOf({ group: GROUP, resource: cluster ? 'clusterroles' : 'roles', namespace: cluster ? '' : namespace, name });
    const role = (this.store.peek(key) ?? (await this.store.get(key)))?.object as (KubeObject & { rules?: Rule[] | null }) | undefined;
    return role && (role.rules ?? []);
  }

  private async held(user: UserInfo, namespace: string, missing: string[]): Promise<Held[]> {
    const held = await this.bound(await this.bindings('clusterrolebindings', ''), user, '', missing);
    if (namespace === '') return held;
    return [...held, ...(await this.bound(await this.bindings('rolebindings', namespace), user, namespace, missing))];
  }

  private async bound(bindings: readonly Binding[], user: UserInfo, namespace: string, missing: string[]): Promise<Held[]> {
    const held: Held[] = [];
    for (const binding of bindings) {
      const subject = subjectOf(binding, user, namespace);
      if (subject === undefined) continue;
      const rules = await this.rulesOfRole(binding.roleRef, namespace);
      if (rules !== undefined) held.push({ binding, subject, rules });
      else missing.push(`${binding.roleRef.kind.toLowerCase()}.${GROUP} "${binding.roleRef.name}" not found`);
    }
    return held;
  }

  private async bindings(resource: string, namespace: string): Promise<readonly Binding[]> {
    const { items } = await this.store.list({ prefix: listPrefix(GROUP, resource, namespace), notOlderThan: 0 });
    return items.map((item) => item.object as Binding);
  }
}
