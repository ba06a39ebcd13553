import type { authorizationv1 } from '#api';
import { badRequest } from '#apimachinery';
import type { AccessRules, ResourceStrategy } from '#apiserver';

const EVERYTHING: AccessRules = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
};

/**
 * SelfSubjectRulesReview: the caller's rules in a namespace, `kubectl auth can-i --list` (registry/authorization/selfsubjectrulesreview).
 */
export const selfSubjectRulesReview: ResourceStrategy<authorizationv1.SelfSubjectRulesReview> = {
  group: 'authorization.k8s.io',
  resource: 'selfsubjectrulesreviews',
  async answer({ kind, apiVersion, metadata, spec }, { authorizer, user }) {
    const namespace = spec?.namespace ?? '';
    if (namespace === '') throw badRequest('no namespace on request');
    const rules = authorizer ? await authorizer.rulesFor(user, namespace) : EVERYTHING;
    const { resourceRules, nonResourceRules, incomplete, evaluationError } = rules;
    const status = { resourceRules, nonResourceRules, incomplete, ...(evaluationError ? { evaluationError } : {}) };
    // The response does not contain the request's spec, as upstream.
    const { managedFields: _, ...rest } = metadata;
    return { kind, apiVersion, metadata: rest, spec: {}, status };
  },
};
