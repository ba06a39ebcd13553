import type { admissionregistrationv1 } from '#api';
import { append, duplicate, type FieldError, invalidValue, nameIsPathSegment, notSupported, required, tooMany } from '#apimachinery';
import { labelSelector } from '../rules/selector.js';
import { eachInvalid, qualifiedName } from '../rules/text.js';
import { conditionExpressionErrors } from './expressions.js';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const MATCH_POLICIES = ['Equivalent', 'Exact'];
const MAX_MATCH_CONDITIONS = 64;

/** A list that must not be empty; '*' must be its only element. */
function list(path: string, values: readonly string[], others: string): FieldError[] {
  const errors = values.length === 0 ? [required(path)] : [];
  if (values.length > 1 && values.includes('*'))
    errors.push(invalidValue(path, values, `if '*' is present, must not specify other ${others}`));
  return errors;
}

/** Resources and subresources; a wildcard must not overlap with other elements (admissionregistration/validation validateResources). */
function resourceErrors(path: string, resources: readonly string[]): FieldError[] {
  const errors: FieldError[] = resources.length === 0 ? [required(path)] : [];
  const wholeResources = new Set<string>();
  const wholeSubresources = new Set<string>();
  for (const [index, each] of resources.entries()) {
    const at = `${path}[${index}]`;
    const slash = each.indexOf('/');
    if (each === '') errors.push(required(at));
    if (slash < 0) continue;
    const [resource, sub] = [each.slice(0, slash), each.slice(slash + 1)];
    if (wholeResources.has(resource)) errors.push(invalidValue(at, each, `if '${resource}/*' is present, must not specify ${each}`));
    if (wholeSubresources.has(sub)) errors.push(invalidValue(at, each, `if '*/${sub}' is present, must not specify ${each}`));
    if (sub === '*') wholeResources.add(resource);
    if (resource === '*') wholeSubresources.add(sub);
  }
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalidValue(path, resources, "if '*/*' is present, must not specify other resources"));
  const plain = resources.filter((each) => each !== '' && !each.includes('/'));
  if (plain.includes('*') && plain.at(-1) !== '*')
    errors.push(invalidValue(path, resources, "if '*' is present, must not specify other resources without subresources"));
  return errors;
}

/** The requests that a webhook or policy applies to (validateRuleWithOperations). */
export function ruleErrors(path: string, rule: admissionregistrationv1.RuleWithOperations): FieldError[] {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  const errors = list(`${path}.operations`, operations, 'operations');
  operations.forEach((operation, index) => {
    if (!OPERATIONS.includes(operation)) errors.push(notSupported(`${path}.operations[${index}]`, operation, OPERATIONS));
  });
  append(errors, list(`${path}.apiGroups`, apiGroups, 'API groups'), list(`${path}.apiVersions`, apiVersions, 'API versions'));
  apiVersions.forEach((version, index) => {
    if (version === '') errors.push(required(`${path}.apiVersions[${index}]`));
  });
  append(errors, resourceErrors(`${path}.resources`, resources));
  if (scope !== undefined && !SCOPES.includes(scope)) errors.push(notSupported(`${path}.scope`, scope, SCOPES));
  return errors;
}

function namedRuleErrors(path: string, rule: admissionregistrationv1.NamedRuleWithOperations): FieldError[] {
  const seen = new Set<string>();
  const errors = (rule.resourceNames ?? []).flatMap((name, index) => {
    const at = `${path}.resourceNames[${index}]`;
    const isRepeated = seen.has(name);
    seen.add(name);
    return [...eachInvalid(at, name, nameIsPathSegment(name, false)), ...(isRepeated ? [duplicate(at, name)] : [])];
  });
  return [...errors, ...ruleErrors(path, rule)];
}

/** The objects and requests that a policy applies to (validateMatchResources). */
export function matchResourcesErrors(path: string, match: admissionregistrationv1.MatchResources): FieldError[] {
  const errors: FieldError[] = [];
  if (match.matchPolicy === undefined) errors.push(required(`${path}.matchPolicy`));
  else if (!MATCH_POLICIES.includes(match.matchPolicy)) errors.push(notSupported(`${path}.matchPolicy`, match.matchPolicy, MATCH_POLICIES));
  for (const selector of ['namespaceSelector', 'objectSelector'] as const) {
    if (match[selector]) append(errors, labelSelector(`${path}.${selector}`, match[selector]));
    else errors.push(required(`${path}.${selector}`));
  }
  for (const rules of ['resourceRules', 'excludeResourceRules'] as const) {
    match[rules]?.forEach((rule, index) => {
      append(errors, namedRuleErrors(`${path}.${rules}[${index}]`, rule));
    });
  }
  return errors;
}

/** Named CEL conditions (validateMatchConditions). `params`: they may refer to parameters. */
export function matchConditionErrors(
  path: string,
  conditions: readonly admissionregistrationv1.MatchCondition[] = [],
  params = false,
): FieldError[] {
  const errors: FieldError[] = conditions.length > MAX_MATCH_CONDITIONS ? [tooMany(path, conditions.length, MAX_MATCH_CONDITIONS)] : [];
  const seen = new Set<string>();
  for (const [index, { name = '', expression = '' }] of conditions.entries()) {
    const at = `${path}[${index}]`;
    const trimmed = expression.trim();
    append(errors, trimmed === '' ? [required(`${at}.expression`)] : conditionExpressionErrors(`${at}.expression`, trimmed, params));
    if (name === '') {
      errors.push(required(`${at}.name`));
      continue;
    }
    append(errors, qualifiedName(`${at}.name`, name));
    if (seen.has(name)) errors.push(duplicate(`${at}.name`, name));
    seen.add(name);
  }
  return errors;
}
