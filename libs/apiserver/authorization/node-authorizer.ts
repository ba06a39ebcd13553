import type { rbacv1 } from '#api';
import type { AuthorizerLink, Decision } from './authorization.js';
import { nodeOf } from './node-identity.js';
import { ruleAllows } from './rbac.js';

const ALLOW: Decision = Object.freeze({ decision: 'allow' });
const NONE: Decision = Object.freeze({ decision: 'none' });

/**
 * Authorizes the kubelets of the cluster's nodes (plugin/pkg/auth/authorizer/node; `rules` are bootstrappolicy's NodeRules).
 */
export function nodeAuthorizer(rules: readonly rbacv1.PolicyRule[]): AuthorizerLink {
  return {
    authorize(attributes) {
      if (nodeOf(attributes.user) === undefined) return NONE;
      return rules.some((rule) => ruleAllows(rule, attributes)) ? ALLOW : NONE;
    },
  };
}
