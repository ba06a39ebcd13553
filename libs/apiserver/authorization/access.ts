import { append } from '#apimachinery';
import { type AuthorizationAttributes, type AuthorizerLink, authorize, textOfErrors } from './authorization.js';
import type { AccessAttributes, AccessRules, Authorizer } from './authorizer.js';

/** The question about a user's access in the form that authorizers get. */
export function attributesOfAccess({ user, verb, resource, path = '' }: AccessAttributes): AuthorizationAttributes {
  const named = resource ?? { group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
  return { user, verb, isResource: resource !== undefined, path, ...named };
}

/** The chain of authorizers, for the resources that review access. */
export function accessOf(links: readonly AuthorizerLink[]): Authorizer {
  return {
    async authorize(attributes) {
      const { decision, reason } = await authorize(attributesOfAccess(attributes), links);
      // No opinion is not a denial: `denied` is only set when an authorizer denied explicitly.
      return { allowed: decision === 'allow', ...(reason ? { reason } : {}) };
    },
    async rulesFor(user, namespace) {
      const rules: AccessRules = { resourceRules: [], nonResourceRules: [], incomplete: false };
      const errors: string[] = [];
      for (const link of links) {
        const found = await link.rulesFor?.(user, namespace);
        append(rules.resourceRules, found?.resourceRules ?? []);
        append(rules.nonResourceRules, found?.nonResourceRules ?? []);
        rules.incomplete ||= found?.incomplete ?? false;
        if (found?.error) errors.push(found.error);
      }
      return errors.length === 0 ? rules : { ...rules, evaluationError: textOfErrors(errors) };
    },
  };
}
