import type { rbacv1 } from '#api';
import { deepEqual, forbidden, goQuote, type KubeObject, notFound } from '#apimachinery';
import type { RuleResolver, StrategyContext } from '#apiserver';
import { RBAC_GROUP } from './rules.js';

type Rule = rbacv1.PolicyRule;
type RoleObject = KubeObject & { rules?: Rule[] | null };
type BindingObject = KubeObject & { roleRef?: rbacv1.RoleRef };

/** A rule with one verb for one resource or URL. */
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

/** The rules that the owner's do not cover, with verbs for the same resource combined (policy_compact.go), as upstream prints them. */
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

/** The names of the fields that hold a role of one of RBAC's four resources. */
interface Target {
  resource: string;
  grants: 'rules' | 'role';
}

function refuse({ user, name }: StrategyContext, resource: string, object: KubeObject, missing: readonly string[]): never {
  const { groups } = user;
  const who = `user ${goQuote(user.name)} (groups=[${groups.map(goQuote).join(' ')}])`;
  const text = `${who} is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}`;
  throw forbidden({ group: RBAC_GROUP, resource }, object.metadata.name || name, text);
}

/** Changes of fields that only the garbage collector uses (pkg/registry/rbac/helpers.go IsOnlyMutatingGCFields). */
function onlyForCollector(object: KubeObject, old: KubeObject): boolean {
  const plain = ({ metadata, ...rest }: KubeObject) => {
    const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _managed, ...kept } = metadata;
    return { ...rest, metadata: kept };
  };
  return deepEqual(plain(object), plain(old));
}

async function mayDo(ctx: StrategyContext, verb: 'escalate' | 'bind', resource: string, name: string): Promise<boolean> {
  const about = { group: RBAC_GROUP, version: '*', resource, subresource: '', namespace: ctx.namespace, name };
  const decision = await ctx.authorizer?.authorize({ user: ctx.user, verb, resource: about });
  return decision?.allowed ?? false;
}

/** The rules that an object grants; undefined if the user is explicitly authorized. Throws 404 if the role does not exist. */
async function givenRules({ resource, grants }: Target, object: KubeObject, ctx: StrategyContext, rules: RuleResolver) {
  if (grants === 'rules') {
    return (await mayDo(ctx, 'escalate', resource, ctx.name)) ? undefined : ((object as RoleObject).rules ?? []);
  }
  const { roleRef } = object as BindingObject;
  if (roleRef === undefined) return undefined;
  if (await mayDo(ctx, 'bind', roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles', roleRef.name)) return undefined;
  const found = await rules.rulesOfRole(roleRef, ctx.namespace);
  // Upstream's error names the resource of the request, not of the role.
  if (found === undefined) throw notFound({ group: RBAC_GROUP, resource }, roleRef.name);
  return found;
}

/**
 * For roles and bindings: users may only grant permissions that they have themselves, unless they may `escalate` the role or `bind` it
 * (pkg/registry/rbac/{role,rolebinding,…}/policybased). The `confirm` hook of their strategies.
 */
export function confirmNoEscalation(target: Target) {
  return async (object: KubeObject, old: KubeObject | undefined, ctx: StrategyContext): Promise<void> => {
    const { user, rules, namespace } = ctx;
    if (user.groups.includes('system:masters') || rules === undefined) return;
    if (old !== undefined && onlyForCollector(object, old)) return;
    const given = await givenRules(target, object, ctx, rules);
    if (given === undefined) return;
    const missing = missingRights(await rules.rulesOfUser(user, namespace), given);
    if (missing.length > 0) refuse(ctx, target.resource, object, missing);
  };
}
