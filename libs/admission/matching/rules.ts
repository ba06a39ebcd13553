import type { admissionregistrationv1 } from '#api';
import type { AdmissionAttributes } from '#apiserver';
import type { RequestedResource } from './matched.js';

type Rule = admissionregistrationv1.RuleWithOperations;

const has = (items: readonly string[] | undefined, wanted: string): boolean =>
  items !== undefined && (items.includes(wanted) || items.includes('*'));

function scopeMatches(scope: string | undefined, namespace: string, { group, version, resource }: RequestedResource): boolean {
  if (scope === undefined || scope === '*') return true;
  // A Namespace is in the namespace of its own name, but it is cluster-scoped.
  const isCluster = namespace === '' || (group === '' && version === 'v1' && resource === 'namespaces');
  return scope === 'Cluster' ? isCluster : scope === 'Namespaced' && !isCluster;
}

function resourceMatches(resources: readonly string[] | undefined, resource: string, subresource: string): boolean {
  for (const each of resources ?? []) {
    const slash = each.indexOf('/');
    const [name, sub] = slash < 0 ? [each, ''] : [each.slice(0, slash), each.slice(slash + 1)];
    if ((name === '*' || name === resource) && (sub === '*' || sub === subresource)) return true;
  }
  return false;
}

/** Whether a rule covers a request as one for `asked` (webhook/predicates/rules Matcher). */
export function ruleMatches(rule: Rule, { operation, namespace, subresource }: AdmissionAttributes, asked: RequestedResource): boolean {
  return (
    has(rule.operations, operation) &&
    has(rule.apiGroups, asked.group) &&
    has(rule.apiVersions, asked.version) &&
    resourceMatches(rule.resources, asked.resource, subresource) &&
    scopeMatches(rule.scope, namespace, asked)
  );
}

/** The kinds that configure admission: no webhook or policy is asked about them. */
const EXEMPT = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

/** Whether a request is about the configuration of admission itself (IsExemptAdmissionConfigurationResource). */
export const isExempt = ({ shape }: AdmissionAttributes): boolean =>
  shape.group === 'admissionregistration.k8s.io' && EXEMPT.has(shape.kind);
