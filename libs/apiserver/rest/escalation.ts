import type { rbacv1 } from '#api';
import { deepEqual, forbidden, goQuote, type KubeObject, notFound } from '#apimachinery';
import { RBAC_GROUP, type RuleResolver } from '../authorization/rbac.js';
import type { RestScope } from './scope.js';
import type { UserInfo } from './strategy.js';

type Rule = rbacv1.PolicyRule;
type RoleObject = KubeObject & { rules?: Rule[] | null };
type BindingObject = KubeObject & { roleRef?: rbacv1.RoleRef };

/** One verb on one thing. */
interface Single {
  verb: string;
  group?: string;
  resource?: string;
  name?: string;
  url?: string;
}

const each = (values: readonly string[] | undefined): readonly string[] => values ?? [];

/** A rule in its smallest parts (component-helpers/auth/rbac/validation BreakdownRule). */
function breakdown(rule: Rule): Single[] {
  const singles: Single[] = [];
  for (const group of each(rule.apiGroups)) {
    for (const resource of each(rule.resources)) {
      for (const verb of each(rule.verbs)) {
        if (!rule.resourceNames?.length) singles.push({ verb, group, resource });
        else for (const name of rule.resourceNames) singles.push({ verb, group, resource, name });
      }
    }
  }
  for (const url of each(rule.nonResourceURLs)) for (const verb of each(rule.verbs)) singles.push({ verb, url });
  return singles;
}

const has = (values: readonly string[] | undefined, value: string): boolean => each(values).some((one) => one === '*' || one === value);

function hasResource({ resources }: Rule, resource: string): boolean {
  if (has(resources, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && each(resources).includes(`*${resource.slice(slash)}`);
}

function covers(owner: Rule, single: Single): boolean {
  if (!has(owner.verbs, single.verb)) return false;
  const { url, group = '', resource = '', name } = single;
  if (url !== undefined) {
    return each(owner.nonResourceURLs).some((one) => one === '*' || one === url || (one.endsWith('*') && url.startsWith(one.slice(0, -1))));
  }
  if (!has(owner.apiGroups, group) || !hasResource(owner, resource)) return false;
  return !owner.resourceNames?.length || (name !== undefined && owner.resourceNames.includes(name));
}

/** What the rules give that the owner's do not, with the verbs on one thing together (policy_compact.go), as upstream prints it. */
export function missingRights(owned: readonly Rule[], given: readonly Rule[]): string[] {
  const verbs = new Map<string, string[]>();
  for (const rule of given) {
    for (const single of breakdown(rule)) {
      if (owned.some((owner) => covers(owner, single))) continue;
      const { verb, url, group = '', resource = '', name } = single;
      const what =
        url === undefined
          ? `APIGroups:[${goQuote(group)}], Resources:[${goQuote(resource)}]${name === undefined ? '' : `, ResourceNames:[${goQuote(name)}]`}`
          : `NonResourceURLs:[${goQuote(url)}]`;
      const known = verbs.get(what);
      if (known === undefined) verbs.set(what, [verb]);
      else if (!known.includes(verb)) known.push(verb);
    }
  }
  return [...verbs].map(([what, list]) => `{${what}, Verbs:[${list.map(goQuote).join(' ')}]}`).sort();
}

function refuse(scope: RestScope, object: KubeObject, missing: readonly string[]): never {
  const { name, groups } = scope.user;
  const who = `user ${goQuote(name)} (groups=[${groups.map(goQuote).join(' ')}])`;
  const text = `${who} is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}`;
  throw forbidden(scope.endpoint.groupResource, object.metadata.name, text);
}

/** Fields that only let the garbage collector do its work (pkg/registry/rbac/helpers.go IsOnlyMutatingGCFields). */
function onlyForCollector(object: KubeObject, old: KubeObject): boolean {
  const plain = ({ metadata, ...rest }: KubeObject) => {
    const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _managed, ...kept } = metadata;
    return { ...rest, metadata: kept };
  };
  return deepEqual(plain(object), plain(old));
}

async function mayDo(scope: RestScope, verb: 'escalate' | 'bind', resource: string, name: string): Promise<boolean> {
  const { access } = scope.cluster;
  const about = { group: RBAC_GROUP, version: '*', resource, subresource: '', namespace: scope.namespace, name };
  return (await access.authorize({ user: scope.user, verb, resource: about })).allowed;
}

/**
 * For roles and bindings: nobody gives away rights that are not theirs, unless they may `escalate` the role or `bind` it
 * (pkg/registry/rbac/{role,rolebinding,…}/policybased). Throws 403, 404 for a binding to a role that is not there.
 */
export async function confirmNoEscalation(scope: RestScope, object: KubeObject, old?: KubeObject): Promise<void> {
  const { user, cluster, namespace } = scope;
  if (user.groups.includes('system:masters')) return;
  if (old !== undefined && onlyForCollector(object, old)) return;
  const { rules } = cluster;
  const given = await givenRules(scope, object, rules);
  if (given === undefined) return;
  const missing = missingRights(await owned(rules, user, namespace), given);
  if (missing.length > 0) refuse(scope, object, missing);
}

/** What the object would give; undefined where its giver is explicitly allowed to. */
async function givenRules(scope: RestScope, object: KubeObject, resolver: RuleResolver): Promise<readonly Rule[] | undefined> {
  const { resource, groupResource } = scope.endpoint;
  if (resource === 'roles' || resource === 'clusterroles') {
    return (await mayDo(scope, 'escalate', resource, scope.name)) ? undefined : ((object as RoleObject).rules ?? []);
  }
  const { roleRef } = object as BindingObject;
  if (roleRef === undefined) return undefined;
  if (await mayDo(scope, 'bind', roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles', roleRef.name)) return undefined;
  const rules = await resolver.rulesOfRole(roleRef, scope.namespace);
  // The resource of the request stands in upstream's answer, not the role's.
  if (rules === undefined) throw notFound(groupResource, roleRef.name);
  return rules;
}

const owned = (resolver: RuleResolver, user: UserInfo, namespace: string): Promise<readonly Rule[]> =>
  resolver.rulesOfUser(user, namespace);
