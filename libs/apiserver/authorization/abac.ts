import { isJsonObject } from '#apimachinery';
import type { UserInfo } from '../rest/strategy.js';
import type { AuthorizationAttributes, Decision, Rules } from './authorization.js';

/** One line of a policy file (pkg/apis/abac PolicySpec). */
export interface Policy {
  user: string;
  group: string;
  readonly: boolean;
  apiGroup: string;
  resource: string;
  namespace: string;
  nonResourcePath: string;
}

const VERSION = 'abac.authorization.kubernetes.io/v1beta1';
const AUTHENTICATED = 'system:authenticated';
/** bufio.MaxScanTokenSize */
const LONGEST_LINE = 65_536;

/** A policy file cannot be read. */
export class PolicyFailure extends Error {}

function specOf(fields: Readonly<Record<string, unknown>>): Policy {
  const text = (name: string): string => {
    const value = fields[name] ?? '';
    if (typeof value !== 'string')
      throw new PolicyFailure(`json: cannot unmarshal ${typeof value} into Go struct field .${name} of type string`);
    return value;
  };
  const { readonly = false } = fields;
  if (typeof readonly !== 'boolean') {
    throw new PolicyFailure(`json: cannot unmarshal ${typeof readonly} into Go struct field .readonly of type bool`);
  }
  const spec = {
    user: text('user'),
    group: text('group'),
    readonly,
    apiGroup: text('apiGroup'),
    resource: text('resource'),
    namespace: text('namespace'),
    nonResourcePath: text('nonResourcePath'),
  };
  return spec.user === '*' || spec.group === '*' ? { ...spec, user: '', group: AUTHENTICATED } : spec;
}

/** A policy from before there were versions, in which what is left out matches everything (pkg/apis/abac/v0/conversion.go). */
function unversioned(fields: Readonly<Record<string, unknown>>): Policy {
  const spec = specOf(fields);
  const everyone = spec.user === '' && spec.group === '';
  return {
    ...spec,
    group: everyone ? AUTHENTICATED : spec.group,
    namespace: spec.namespace || '*',
    resource: spec.resource || '*',
    apiGroup: '*',
    nonResourcePath: spec.namespace === '' && spec.resource === '' ? '*' : '',
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new PolicyFailure(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : ''}`);
  }
}

function policyIn(line: string): Policy {
  const found = parsed(line);
  if (!isJsonObject(found)) throw new PolicyFailure("couldn't get version/kind; json parse error: it is no object");
  const { apiVersion, kind, spec } = found;
  if (!apiVersion || !kind) return unversioned(found);
  if (apiVersion !== VERSION || kind !== 'Policy') throw new PolicyFailure(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return specOf(isJsonObject(spec) ? spec : {});
}

/** The policies of a file: one on each line, besides comments and blank lines. Throws PolicyFailure. */
export function policiesIn(path: string, text: string): Policy[] {
  return text.split('\n').flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    if (line.length > LONGEST_LINE) throw new PolicyFailure(`error reading policy file ${path}: bufio.Scanner: token too long`);
    try {
      return [policyIn(line)];
    } catch (error) {
      if (!(error instanceof PolicyFailure)) throw error;
      throw new PolicyFailure(`error reading policy file ${path}, line ${index + 1}: ${line}: ${error.message}`);
    }
  });
}

function isAbout({ user, group }: Policy, { name, groups }: UserInfo): boolean {
  if (user === '' && group === '') return false;
  return (user === '' || user === name) && (group === '' || groups.includes(group));
}

const READS = new Set(['get', 'list', 'watch']);
const covers = (pattern: string, value: string): boolean => pattern === '*' || pattern === value;

function coversPath(pattern: string, path: string): boolean {
  return covers(pattern, path) || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')));
}

function matches(policy: Policy, { user, verb, isResource, path, namespace, resource, group }: AuthorizationAttributes): boolean {
  if (!isAbout(policy, user) || (policy.readonly && !READS.has(verb))) return false;
  if (!isResource) return coversPath(policy.nonResourcePath, path);
  return covers(policy.namespace, namespace) && covers(policy.resource, resource) && covers(policy.apiGroup, group);
}

const ALLOW: Decision = Object.freeze({ decision: 'allow' });
const NONE: Decision = Object.freeze({ decision: 'none', reason: 'No policy matched.' });

/** Decides by the policies of a file (pkg/auth/authorizer/abac). */
export const decideByPolicies = (policies: readonly Policy[], attributes: AuthorizationAttributes): Decision =>
  policies.some((policy) => matches(policy, attributes)) ? ALLOW : NONE;

/** What the policies allow a user in a namespace. */
export function rulesOfPolicies(policies: readonly Policy[], user: UserInfo, namespace: string): Rules {
  const rules: Rules = { resourceRules: [], nonResourceRules: [] };
  for (const policy of policies) {
    if (!isAbout(policy, user) || !covers(policy.namespace, namespace)) continue;
    const verbs = policy.readonly ? [...READS] : ['*'];
    const { apiGroup, resource, nonResourcePath } = policy;
    if (resource !== '') rules.resourceRules.push({ verbs, apiGroups: [apiGroup], resources: [resource] });
    if (nonResourcePath !== '') rules.nonResourceRules.push({ verbs, nonResourceURLs: [nonResourcePath] });
  }
  return rules;
}
