import type { AuthorizationMode, ServerSettings } from '../settings/server-settings.js';
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

type Links = Readonly<Partial<Record<AuthorizationMode, AuthorizerLink>>>;

/** system:masters, and each of the given authorizers while --authorization-mode names it. */
export function configuredAuthorizers(settings: { current(): ServerSettings }, own: Links): AuthorizerLink[] {
  const links = Object.entries({ AlwaysAllow: alwaysAllow, AlwaysDeny: alwaysDeny, ...own }) as Array<[AuthorizationMode, AuthorizerLink]>;
  const conditional = links.map(([mode, link]): AuthorizerLink => {
    const isOn = () => settings.current().authorizationModes.includes(mode);
    return {
      authorize: (attributes) => (isOn() ? link.authorize(attributes) : NONE),
      rulesFor: (user, namespace) => (isOn() ? (link.rulesFor?.(user, namespace) ?? NO_RULES) : NO_RULES),
    };
  });
  return [privilegedGroup, ...conditional];
}
