import type { rbacv1 } from '#api';
import { append, type KubeObject, Memo } from '#apimachinery';
import type { CachedObject, ClusterStore } from '#cacher';
import { listPrefix, storageKey } from '../rest/keys.js';
import type { UserInfo } from '../rest/strategy.js';
import { type AuthorizationAttributes, type AuthorizerLink, type Decision, type Rules, textOfErrors } from './authorization.js';

/** The API group of roles and bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** Limit of the cached decisions about a cluster's users, in bytes. */
const MEMO_BYTES = 256 * 1024;

type Rule = rbacv1.PolicyRule;
type Binding = KubeObject & Pick<rbacv1.RoleBinding, 'roleRef' | 'subjects'>;

const has = (values: readonly string[] | undefined, value: string): boolean =>
  values !== undefined && (values.includes('*') || values.includes(value));

/** Whether a rule covers a resource: one for the log subresource of all resources covers pods/log too (rbac/v1 evaluation_helpers.go ResourceMatches). */
export function resourceMatches(rule: Rule, { resource, subresource }: AuthorizationAttributes): boolean {
  const asked = subresource === '' ? resource : `${resource}/${subresource}`;
  if (has(rule.resources, asked)) return true;
  return subresource !== '' && (rule.resources ?? []).includes(`*/${subresource}`);
}

/** Whether a rule covers a path. */
export function pathMatches(rule: Rule, path: string): boolean {
  return (rule.nonResourceURLs ?? []).some(
    (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
  );
}

/** Whether a rule allows the request (plugin/pkg/auth/authorizer/rbac RuleAllows). */
export function ruleAllows(rule: Rule, asked: AuthorizationAttributes): boolean {
  if (!has(rule.verbs, asked.verb)) return false;
  if (!asked.isResource) return pathMatches(rule, asked.path);
  if (!has(rule.apiGroups, asked.group) || !resourceMatches(rule, asked)) return false;
  const names = rule.resourceNames ?? [];
  return names.length === 0 || names.includes(asked.name);
}

/** A user whose groups can be looked up: both they and the subjects of a binding may be thousands. */
export interface Principal {
  name: string;
  groups: ReadonlySet<string>;
}

/** The principal that a user is. */
export const principalOf = ({ name, groups }: UserInfo): Principal => ({ name, groups: new Set(groups) });

/** The subject of a binding that matches the user, if any (registry/rbac/validation appliesTo). `namespace`: the binding's. */
export function subjectOf({ subjects }: Pick<Binding, 'subjects'>, user: Principal, namespace: string): rbacv1.Subject | undefined {
  return subjects?.find((subject) => {
    if (subject.kind === 'User') return user.name === subject.name;
    if (subject.kind === 'Group') return user.groups.has(subject.name);
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

/** Resolves the rules of a user, and those of a role (pkg/registry/rbac/validation AuthorizationRuleResolver). */
export interface RuleResolver {
  rulesOfUser(user: UserInfo, namespace: string): Promise<readonly Rule[]>;
  /** Undefined if the role does not exist. */
  rulesOfRole(roleRef: rbacv1.RoleRef, namespace: string): Promise<readonly Rule[] | undefined>;
}

/** Bindings that apply to a user, with their rules; `missing` lists the bound roles that do not exist. */
interface Held {
  binding: Binding;
  subject: rbacv1.Subject;
  rules: readonly Rule[];
}

/** RBAC over the cluster's own roles and bindings, as cached (plugin/pkg/auth/authorizer/rbac). */
export class RbacAuthorizer implements AuthorizerLink, RuleResolver {
  private readonly users = new Memo<Kept>({ bytes: MEMO_BYTES });

  constructor(private readonly store: ClusterStore) {}

  /** Waits only where the rules of the user have to be resolved. */
  authorize(asked: AuthorizationAttributes): Promise<Decision> | Decision {
    const everywhere = this.keptAt('', asked.user);
    return (everywhere && decide(everywhere, asked)) ?? this.decided(asked);
  }

  private async decided(asked: AuthorizationAttributes): Promise<Decision> {
    const places = asked.isResource && asked.namespace !== '' ? ['', asked.namespace] : [''];
    const missing: string[] = [];
    for (const place of places) {
      const resolved = this.keptAt(place, asked.user) ?? (await this.heldAt(place, asked.user));
      const decision = decide(resolved, asked);
      if (decision !== undefined) return decision;
      append(missing, resolved.missing);
    }
    if (missing.length === 0) return NO_OPINION;
    return { decision: 'none', reason: `RBAC: ${textOfErrors(missing)}` };
  }

  async rulesFor(user: UserInfo, namespace: string): Promise<Rules> {
    const found: Rules = { resourceRules: [], nonResourceRules: [] };
    const { held, missing } = await this.held(user, namespace);
    if (missing.length > 0) found.error = textOfErrors(missing);
    for (const { rules } of held) {
      for (const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } of rules) {
        if (resources?.length)
          found.resourceRules.push({ verbs, ...(apiGroups ? { apiGroups } : {}), resources, ...(resourceNames ? { resourceNames } : {}) });
        if (nonResourceURLs?.length) found.nonResourceRules.push({ verbs, nonResourceURLs });
      }
    }
    return found;
  }

  async rulesOfUser(user: UserInfo, namespace: string): Promise<readonly Rule[]> {
    return (await this.held(user, namespace)).held.flatMap(({ rules }) => rules);
  }

  async rulesOfRole(roleRef: rbacv1.RoleRef, namespace: string): Promise<readonly Rule[] | undefined> {
    const key = roleKey(roleRef, namespace);
    const role = this.store.peek(key) ?? (await this.store.get(key));
    return role && rulesOf(role);
  }

  private async held(user: UserInfo, namespace: string): Promise<Pick<Resolved, 'held' | 'missing'>> {
    const everywhere = await this.heldAt('', user);
    if (namespace === '') return everywhere;
    const here = await this.heldAt(namespace, user);
    return { held: [...everywhere.held, ...here.held], missing: [...everywhere.missing, ...here.missing] };
  }

  private kept(namespace: string, user: UserInfo): Kept {
    const id = `${namespace}\n${user.name}\n${user.groups.join('\n')}`;
    return this.users.of(id, () => ({ resolved: nothingHeld() }));
  }

  /** What was resolved before, if it still holds. */
  private keptAt(namespace: string, user: UserInfo): Resolved | undefined {
    const { resolved } = this.kept(namespace, user);
    return resolved.changes !== undefined && resolved.changes === this.changes(namespace) ? resolved : undefined;
  }

  /** The rules of a user from the bindings of one namespace, or from the ClusterRoleBindings (''); resolved again only after a change. */
  private async heldAt(namespace: string, user: UserInfo): Promise<Resolved> {
    const kept = this.kept(namespace, user);
    const before = this.changes(namespace);
    if (before !== undefined && kept.resolved.changes === before) return kept.resolved;
    // Many requests of one user may come at once.
    if (before !== undefined && kept.pending?.changes === before) return kept.pending.resolved;
    const resolving = this.resolvedAt(namespace, user, before);
    if (before === undefined) return resolving;
    kept.pending = { changes: before, resolved: resolving };
    try {
      kept.resolved = await resolving;
      return kept.resolved;
    } finally {
      if (kept.pending?.resolved === resolving) delete kept.pending;
    }
  }

  private async resolvedAt(namespace: string, user: UserInfo, before: number | undefined): Promise<Resolved> {
    const prefix = listPrefix(RBAC_GROUP, namespace === '' ? 'clusterrolebindings' : 'rolebindings', namespace);
    const { items } = await this.store.list({ prefix, notOlderThan: 0 });
    // `before` was read first, so that a concurrent change is noticed next time. Nothing is kept if the cache was cold.
    return { ...(await this.resolve(items, user, namespace)), ...(before === undefined ? {} : { changes: before }) };
  }

  /**
   * Identifies the state of the roles and bindings that apply in a namespace: the number of the last change, as later changes have greater
   * ones; undefined while they are not cached.
   */
  private changes(namespace: string): number | undefined {
    const { store } = this;
    const roles = store.changeOf(ROOTS.clusterRoles);
    if (roles === undefined) return undefined;
    if (namespace === '') return Math.max(roles, store.changeOf(ROOTS.clusterRoleBindings) ?? 0);
    return Math.max(roles, store.changeOf(ROOTS.roles) ?? 0, store.changeOf(ROOTS.roleBindings) ?? 0);
  }

  private async resolve(bindings: readonly CachedObject[], user: UserInfo, namespace: string): Promise<Resolved> {
    const held: Held[] = [];
    const missing: string[] = [];
    const principal = principalOf(user);
    for (const { object } of bindings) {
      const binding = object as Binding;
      const subject = subjectOf(binding, principal, namespace);
      if (subject === undefined) continue;
      const key = roleKey(binding.roleRef, namespace);
      const role = this.store.peek(key) ?? (await this.store.get(key));
      if (role !== undefined) held.push({ binding, subject, rules: rulesOf(role) });
      else missing.push(`${binding.roleRef.kind.toLowerCase()}.${RBAC_GROUP} "${binding.roleRef.name}" not found`);
    }
    const named = held.some(({ rules }) => rules.some(({ resourceNames }) => (resourceNames?.length ?? 0) > 0));
    return { held, missing, named, decisions: new Map() };
  }
}

/** What is kept for a user. */
interface Kept {
  resolved: Resolved;
  /** Being resolved, from a state of the cache. */
  pending?: { changes: number; resolved: Promise<Resolved> };
}

/** The resolved rules of one user in one scope. */
interface Resolved {
  held: readonly Held[];
  missing: readonly string[];
  /** The cache state that this was resolved from; unset if the cache was cold. */
  changes?: number;
  /** Whether any rule lists resource names. */
  named: boolean;
  /** Decisions about resource requests, by request; at most DECISIONS of them. */
  decisions: Map<string, Decision | undefined>;
}

const DECISIONS = 64;
const NO_OPINION: Decision = Object.freeze({ decision: 'none' });

const nothingHeld = (): Resolved => ({ held: [], missing: [], named: false, decisions: new Map() });

/** The first binding that allows the request; undefined if none does. */
function decide(resolved: Resolved, asked: AuthorizationAttributes): Decision | undefined {
  const { decisions, named } = resolved;
  if (!asked.isResource || named) return firstThatAllows(resolved, asked);
  const { verb, group, resource, subresource } = asked;
  const question = `${verb} ${group} ${resource} ${subresource}`;
  const known = decisions.get(question);
  if (known !== undefined || decisions.has(question)) return known;
  const decision = firstThatAllows(resolved, asked);
  if (question.length > 200) return decision;
  if (decisions.size >= DECISIONS) decisions.clear();
  decisions.set(question, decision);
  return decision;
}

function firstThatAllows({ held }: Resolved, asked: AuthorizationAttributes): Decision | undefined {
  for (const { binding, subject, rules } of held) {
    if (rules.some((rule) => ruleAllows(rule, asked)))
      return { decision: 'allow', reason: `RBAC: allowed by ${describe(binding, subject)}` };
  }
  return undefined;
}

const ROOTS = {
  clusterRoles: listPrefix(RBAC_GROUP, 'clusterroles', ''),
  clusterRoleBindings: listPrefix(RBAC_GROUP, 'clusterrolebindings', ''),
  roles: listPrefix(RBAC_GROUP, 'roles', ''),
  roleBindings: listPrefix(RBAC_GROUP, 'rolebindings', ''),
} as const;

/** The key of the role that a binding in a namespace refers to. */
export function roleKey({ kind, name }: rbacv1.RoleRef, namespace: string): string {
  const cluster = kind === 'ClusterRole';
  return storageKey({ group: RBAC_GROUP, resource: cluster ? 'clusterroles' : 'roles', namespace: cluster ? '' : namespace, name });
}

/** The rules of a stored role. */
export const rulesOf = ({ object }: CachedObject): readonly Rule[] => (object as KubeObject & { rules?: Rule[] | null }).rules ?? [];
