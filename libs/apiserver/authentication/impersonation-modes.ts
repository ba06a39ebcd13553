import { aggregateFieldErrors, goQuote, isDNS1123Label, isDNS1123Subdomain, isDomainPrefixedPath, StatusError } from '#apimachinery';
import { type AuthorizationAttributes, type AuthorizerLink, authorize, forbiddenError } from '../authorization/authorization.js';
import { NODE_USER_PREFIX } from '../authorization/node-identity.js';
import type { UserInfo } from '../rest/strategy.js';

/** The user exactly as the headers describe it. */
export interface Wanted {
  name: string;
  uid: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** What a request asks for, and whom its user wants to be. */
export interface Impersonation {
  request: AuthorizationAttributes;
  wanted: Wanted;
  authorizers: readonly AuthorizerLink[];
}

/** Many values are first asked for together (manyAuthorizationChecksInLoop). */
const MANY = 4;
const NODE_NAME = 'authentication.kubernetes.io/node-name';

/** The namespace and the name in the user name of a ServiceAccount (authentication/serviceaccount SplitUsername). */
export function serviceAccount(user: string): { namespace: string; name: string } | undefined {
  const [, namespace = '', name = ''] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return isDNS1123Label(namespace).length === 0 && isDNS1123Subdomain(name).length === 0 ? { namespace, name } : undefined;
}

function nodeIn(user: string): string | undefined {
  const name = user.startsWith(NODE_USER_PREFIX) ? user.slice(NODE_USER_PREFIX.length) : '';
  return isDNS1123Subdomain(name).length === 0 ? name : undefined;
}

const onlyName = ({ uid, groups, extra }: Wanted): boolean => uid === '' && groups.length === 0 && extra === undefined;

/** A way in which a user may be impersonated (endpoints/filters/impersonation/mode.go). */
interface Mode {
  name: string;
  /** Whether it is for this user at all. */
  suits(wanted: Wanted, requestor: UserInfo): boolean;
}

const ASSOCIATED = 'associated-node';

const MODES: readonly Mode[] = [
  {
    name: ASSOCIATED,
    suits(wanted, { name, extra = {} }) {
      const node = nodeIn(wanted.name);
      const own = extra[NODE_NAME] ?? [];
      return node !== undefined && onlyName(wanted) && serviceAccount(name) !== undefined && own.length === 1 && own[0] === node;
    },
  },
  { name: 'arbitrary-node', suits: (wanted) => onlyName(wanted) && nodeIn(wanted.name) !== undefined },
  { name: 'serviceaccount', suits: (wanted) => onlyName(wanted) && serviceAccount(wanted.name) !== undefined },
  { name: 'user-info', suits: ({ name }) => nodeIn(name) === undefined && serviceAccount(name) === undefined },
];

/** The questions of a mode; throws 403 for the first that is not allowed. */
class Questions {
  constructor(
    private readonly of: Impersonation,
    /** Empty for impersonation as it has always been. */
    private readonly mode: string,
  ) {}

  get requestor(): UserInfo {
    const { user } = this.of.request;
    if (this.mode !== ASSOCIATED) return user;
    // What differs between the pods of an account is left out: the node has been compared already.
    return { ...user, extra: { 'authentication.kubernetes.io/associated-node-keys': Object.keys(user.extra ?? {}).sort() } };
  }

  attributes(resource: string, name: string, more: Partial<AuthorizationAttributes> = {}): AuthorizationAttributes {
    const names = this.mode === '' && resource !== 'uids' && resource !== 'userextras';
    return {
      user: this.requestor,
      verb: this.mode === '' ? 'impersonate' : `impersonate:${this.mode}`,
      isResource: true,
      path: '',
      group: names ? '' : 'authentication.k8s.io',
      version: 'v1',
      resource,
      subresource: '',
      namespace: '',
      name,
      ...more,
    };
  }

  /** Whether the request itself may be made as somebody else in this mode. */
  async on(): Promise<void> {
    const { request } = this.of;
    await this.must({ ...request, user: this.requestor, verb: `impersonate-on:${this.mode}:${request.verb}` });
  }

  async must(asked: AuthorizationAttributes): Promise<void> {
    const { decision, reason } = await authorize(asked, this.of.authorizers);
    if (decision !== 'allow') throw forbiddenError(asked, reason);
  }

  async allows(asked: AuthorizationAttributes): Promise<boolean> {
    return (await authorize(asked, this.of.authorizers)).decision === 'allow';
  }
}

async function checkName(ask: Questions, name: string, mode: string): Promise<void> {
  const account = serviceAccount(name);
  const node = mode === '' ? undefined : nodeIn(name);
  if (account) await ask.must(ask.attributes('serviceaccounts', account.name, { namespace: account.namespace }));
  else if (node !== undefined) await ask.must(ask.attributes('nodes', mode === ASSOCIATED ? '*' : node));
  else await ask.must(ask.attributes('users', name));
}

async function checkGroups(ask: Questions, groups: readonly string[], constrained: boolean): Promise<void> {
  if (constrained) {
    const refused = (name: string, text: string) => forbiddenError(ask.attributes('groups', name), text);
    if (groups.includes('')) throw refused('', 'impersonating the empty string group is not allowed');
    if (groups.includes('system:masters')) throw refused('system:masters', 'impersonating the system:masters group is not allowed');
    if (groups.length >= MANY && (await ask.allows(ask.attributes('groups', '*')))) return;
  }
  for (const group of groups) await ask.must(ask.attributes('groups', group));
}

function extraTrouble(extra: Readonly<Record<string, readonly string[]>>): string | undefined {
  for (const [key, values] of Object.entries(extra)) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const errors = isDomainPrefixedPath('extra.key', key);
    if (errors.length > 0) return `impersonating an invalid key in extra is not allowed: ${aggregateFieldErrors(errors)}`;
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`;
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  }
  return undefined;
}

async function checkExtra(ask: Questions, extra: Readonly<Record<string, readonly string[]>>, constrained: boolean): Promise<void> {
  const pairs = Object.entries(extra).flatMap(([key, values]) => values.map((value) => [key, value] as const));
  if (constrained) {
    const trouble = extraTrouble(extra);
    if (trouble !== undefined) throw forbiddenError(ask.attributes('userextras', ''), trouble);
    const many = pairs.length >= MANY;
    if (many && (await ask.allows(ask.attributes('userextras', '*', { subresource: '*' })))) return;
  }
  for (const [key, value] of pairs) await ask.must(ask.attributes('userextras', value, { subresource: key }));
}

async function check(impersonation: Impersonation, mode: string): Promise<void> {
  const { name, uid, groups, extra } = impersonation.wanted;
  const ask = new Questions(impersonation, mode);
  if (mode !== '') await ask.on();
  await checkName(ask, name, mode);
  if (uid !== '') await ask.must(ask.attributes('uids', uid));
  await checkGroups(ask, groups, mode !== '');
  if (extra) await checkExtra(ask, extra, mode !== '');
}

/**
 * The mode in which a user may be impersonated: the constrained ones (KEP-5284) are tried first, then impersonation as it has always been
 * (''). Throws the 403 of the first one that is for such a user if none allows it.
 */
export async function modeOf(impersonation: Impersonation): Promise<string> {
  const { request, wanted } = impersonation;
  const modes = [...MODES.filter(({ suits }) => suits(wanted, request.user)).map(({ name }) => name), ''];
  let first: StatusError | undefined;
  for (const mode of modes) {
    try {
      await check(impersonation, mode);
      return mode;
    } catch (error) {
      if (!(error instanceof StatusError) || error.status.code !== 403) throw error;
      first ??= error;
    }
  }
  throw first;
}
