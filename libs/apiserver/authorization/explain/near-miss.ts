import type { rbacv1 } from '#api';
import type { AuthorizationAttributes } from '../authorization.js';
import { pathMatches, resourceMatches, ruleAllows } from '../rbac.js';

/** A part of a request that a rule does not cover. */
export type Aspect = 'verb' | 'apiGroup' | 'resource' | 'name' | 'path';

const includes = (values: readonly string[] | undefined, value: string): boolean =>
  values !== undefined && (values.includes('*') || values.includes(value));

function missingOfResource(rule: rbacv1.PolicyRule, asked: AuthorizationAttributes): Aspect[] {
  const names = rule.resourceNames ?? [];
  return [
    ...(includes(rule.apiGroups, asked.group) ? [] : (['apiGroup'] as const)),
    ...(resourceMatches(rule, asked) ? [] : (['resource'] as const)),
    ...(names.length === 0 || names.includes(asked.name) ? [] : (['name'] as const)),
  ];
}

/** What keeps a rule from allowing a request; undefined for a rule about paths if a resource is asked for, and the reverse. */
function missingAspects(rule: rbacv1.PolicyRule, asked: AuthorizationAttributes): Aspect[] | undefined {
  if (asked.isResource !== (rule.resources ?? []).length > 0) return undefined;
  const verb: Aspect[] = includes(rule.verbs, asked.verb) ? [] : ['verb'];
  if (!asked.isResource) return pathMatches(rule, asked.path) ? verb : [...verb, 'path'];
  return [...verb, ...missingOfResource(rule, asked)];
}

/** What is to be known of a role: whether it allows a request, or the rule that lacks a single aspect. */
export interface RoleVerdict {
  allows?: rbacv1.PolicyRule;
  near?: { rule: rbacv1.PolicyRule; missing: Aspect };
}

/** Which aspect is nearest: the same object with another verb is nearer than another kind of object. */
const ORDER: readonly Aspect[] = ['verb', 'name', 'path', 'resource', 'apiGroup'];

/** The rule of a role that allows a request, or the one that is nearest to it. */
export function verdictOf(rules: readonly rbacv1.PolicyRule[], asked: AuthorizationAttributes): RoleVerdict {
  let near: RoleVerdict['near'];
  for (const rule of rules) {
    if (ruleAllows(rule, asked)) return { allows: rule };
    const [missing, another] = missingAspects(rule, asked) ?? [];
    if (missing === undefined || another !== undefined) continue;
    if (near === undefined || ORDER.indexOf(missing) < ORDER.indexOf(near.missing)) near = { rule, missing };
  }
  return near ? { near } : {};
}
