import type { rbacv1 } from '#api';
import type { AuthorizerLink, Decision } from './authorization.js';
import { ruleAllows } from './rbac.js';

const PREFIX = 'system:node:';
const ALLOW: Decision = Object.freeze({ decision: 'allow' });
const NONE: Decision = Object.freeze({ decision: 'none' });

/**
 * Authorizes the kubelets of the cluster's nodes (plugin/pkg/auth/authorizer/node; `rules` are bootstrappolicy's NodeRules). A node is a
 * user `system:node:NAME` in the group system:nodes.
 */
export function nodeAuthorizer(rules: readonly rbacv1.PolicyRule[]): AuthorizerLink {
  return {
    authorize(attributes) {
      const { name, groups } = attributes.user;
      if (!name.startsWith(PREFIX) || !groups.includes('system:nodes')) return NONE;
      return rules.some((rule) => ruleAllows(rule, attributes)) ? ALLOW : NONE;
    },
  };
}
