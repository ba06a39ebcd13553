import { AUTHORIZATION_MODES, type AuthorizationMode, type ServerSettings } from '../settings/server-settings.js';
import { decideByPolicies, rulesOfPolicies } from './abac.js';
import { type AuthorizerLink, type Decision, privilegedGroup, type Rules } from './authorization.js';

const ALL = ['*'];
const NONE: Decision = Object.freeze({ decision: 'none' });
const NO_RULES: Rules = Object.freeze({ resourceRules: [], nonResourceRules: [] });

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
};

/** ABAC by the policies of --authorization-policy-file. */
const byPolicies = (settings: Settings): AuthorizerLink => ({
  authorize: (attributes) => decideByPolicies(settings.current().policies, attributes),
  rulesFor: (user, namespace) => rulesOfPolicies(settings.current().policies, user, namespace),
});

interface Settings {
  current(): ServerSettings;
}

type Links = Readonly<Partial<Record<AuthorizationMode, AuthorizerLink>>>;

/** system:masters, and then the authorizers that --authorization-mode names, in its order. */
export function configuredAuthorizers(settings: Settings, own: Links): AuthorizerLink[] {
  const links: Links = { AlwaysAllow: alwaysAllow, AlwaysDeny: alwaysDeny, ABAC: byPolicies(settings), ...own };
  const named = AUTHORIZATION_MODES.map((_, index): AuthorizerLink => {
    const link = () => {
      const mode = settings.current().authorizationModes[index];
      return mode && links[mode];
    };
    return {
      authorize: (attributes) => link()?.authorize(attributes) ?? NONE,
      rulesFor: (user, namespace) => link()?.rulesFor?.(user, namespace) ?? NO_RULES,
    };
  });
  return [privilegedGroup, ...named];
}
