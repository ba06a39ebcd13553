import type { rbacv1 } from '#api';
import type { UserInfo } from '../../rest/strategy.js';
import type { AuthorizationAttributes } from '../authorization.js';

/** The objects that would allow a request and nothing else: a role with one rule, and its binding to the user. */
export interface Suggestion {
  rule: rbacv1.PolicyRule;
  role: rbacv1.Role | rbacv1.ClusterRole;
  binding: rbacv1.RoleBinding | rbacv1.ClusterRoleBinding;
}

const GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${GROUP}/v1`;
const NAME = 'allow-request';

/** Verbs whose requests name no object, so that a rule with names would not cover them. */
const UNNAMED = new Set(['create', 'deletecollection']);

/** The least rule that allows a request. */
export function leastRule(asked: AuthorizationAttributes): rbacv1.PolicyRule {
  const { verb, group, resource, subresource, name } = asked;
  if (!asked.isResource) return { verbs: [verb], nonResourceURLs: [asked.path] };
  const named = name !== '' && !(UNNAMED.has(verb) && subresource === '');
  return {
    verbs: [verb],
    apiGroups: [group],
    resources: [subresource === '' ? resource : `${resource}/${subresource}`],
    ...(named ? { resourceNames: [name] } : {}),
  };
}

function subjectOf({ name }: UserInfo): rbacv1.Subject {
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? [];
  if (namespace !== undefined && account !== undefined) return { kind: 'ServiceAccount', name: account, namespace };
  return { kind: 'User', apiGroup: GROUP, name };
}

/** A role with the least rule and its binding, in the namespace of the request or for the whole cluster. */
export function suggestionFor(asked: AuthorizationAttributes): Suggestion {
  const rule = leastRule(asked);
  const place = asked.isResource && asked.namespace !== '' ? { namespace: asked.namespace } : {};
  const prefix = 'namespace' in place ? '' : 'Cluster';
  const metadata = { name: NAME, ...place };
  return {
    rule,
    role: { apiVersion: API_VERSION, kind: `${prefix}Role`, metadata, rules: [rule] },
    binding: {
      apiVersion: API_VERSION,
      kind: `${prefix}RoleBinding`,
      metadata,
      roleRef: { apiGroup: GROUP, kind: `${prefix}Role`, name: NAME },
      subjects: [subjectOf(asked.user)],
    },
  };
}
