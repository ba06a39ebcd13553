import { append } from '#apimachinery';
import type { AuthorizationMode } from '../settings/server-settings.js';
import type { AuthorizationAttributes, AuthorizerLink, Decision, Rules } from './authorization.js';
import { authorize } from './authorization.js';

const ALL = ['*'];

/** authorizerfactory NewAlwaysAllowAuthorizer. */
const alwaysAllow: AuthorizerLink = {
  authorize: () => ({ decision: 'allow' }),
  rulesFor: () => ({
    resourceRules: [{ verbs: ALL, apiGroups: ALL, resources: ALL }],
    nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
  }),
};

/** authorizerfactory NewAlwaysDenyAuthorizer. */
const alwaysDeny: AuthorizerLink = {
  authorize: () => ({ decision: 'none', reason: 'Everything is forbidden.' }),
  rulesFor: () => ({ resourceRules: [], nonResourceRules: [] }),
};

type Links = Readonly<Partial<Record<AuthorizationMode, AuthorizerLink>>>;

/** The authorizers of the modes that --authorization-mode names at present, in its order. */
export function byMode(modes: () => readonly AuthorizationMode[], own: Links): AuthorizerLink {
  const links: Links = { AlwaysAllow: alwaysAllow, AlwaysDeny: alwaysDeny, ...own };
  // The list is made anew only when the modes change.
  let known: readonly AuthorizationMode[] = [];
  let chain: readonly AuthorizerLink[] = [];
  const current = (): readonly AuthorizerLink[] => {
    const wanted = modes();
    if (wanted !== known) {
      known = wanted;
      chain = wanted.flatMap((mode) => links[mode] ?? []);
    }
    return chain;
  };
  return {
    async authorize(attributes: AuthorizationAttributes): Promise<Decision> {
      const decided = await authorize(attributes, current());
      return decided.decision === 'deny' ? { ...decided, decision: 'none' } : decided;
    },
    async rulesFor(user, namespace) {
      const rules: Rules = { resourceRules: [], nonResourceRules: [] };
      for (const link of current()) {
        const found = await link.rulesFor?.(user, namespace);
        append(rules.resourceRules, found?.resourceRules ?? []);
        append(rules.nonResourceRules, found?.nonResourceRules ?? []);
      }
      return rules;
    },
  };
}
