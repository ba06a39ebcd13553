import { badRequest, goQuote } from '#apimachinery';
import { type AuthorizationAttributes, type AuthorizerLink, authorize, forbiddenError } from '../authorization/authorization.js';
import { NODE_USER_PREFIX } from '../authorization/node-identity.js';
import type { ApiRequest } from '../request/request.js';
import type { UserInfo } from '../rest/strategy.js';

const EXTRA = 'impersonate-extra-';

/** The values of a header; several headers of the same name may have been joined with a comma and a space (node:http does this). */
function valuesOf(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).flatMap((one) => one.split(', '));
}

function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** The user exactly as the headers describe it. */
interface Wanted {
  name: string;
  uid: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

function wantedUser(headers: ApiRequest['headers']): Wanted {
  const wanted: Wanted = { name: single(headers['impersonate-user']), uid: single(headers['impersonate-uid']), groups: [] };
  wanted.groups = valuesOf(headers['impersonate-group']);
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(EXTRA)) continue;
    const key = unescapeKey(name.slice(EXTRA.length));
    // A key may be any word, `__proto__` included, so the object has no prototype.
    wanted.extra ??= Object.create(null) as Record<string, string[]>;
    wanted.extra[key] = [...(wanted.extra[key] ?? []), ...valuesOf(headers[name])];
  }
  return wanted;
}

const single = (value: string | string[] | undefined): string => (Array.isArray(value) ? (value[0] ?? '') : (value ?? ''));

const goStrings = (values: readonly string[]): string => `[]string{${values.map(goQuote).join(', ')}}`;

/** The impersonated user as Go prints it with %#v. */
function shown({ name, uid, groups, extra }: Wanted): string {
  const listed = groups.length === 0 ? '[]string(nil)' : goStrings(groups);
  const pairs = Object.entries(extra ?? {}).map(([key, values]) => `${goQuote(key)}:${goStrings(values)}`);
  const extras = extra === undefined ? 'map[string][]string(nil)' : `map[string][]string{${pairs.join(', ')}}`;
  return `&user.DefaultInfo{Name:${goQuote(name)}, UID:${goQuote(uid)}, Groups:${listed}, Extra:${extras}}`;
}

function serviceAccount(user: string): { namespace: string; name: string } | undefined {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  return match ? { namespace: match[1] ?? '', name: match[2] ?? '' } : undefined;
}

/** Every name that must be allowed: the questions for the authorizers. */
function questions(wanted: Wanted, requestor: UserInfo): AuthorizationAttributes[] {
  const ask = (resource: string, name: string, more: Partial<AuthorizationAttributes> = {}): AuthorizationAttributes => ({
    user: requestor,
    verb: 'impersonate',
    isResource: true,
    path: '',
    group: '',
    version: 'v1',
    resource,
    subresource: '',
    namespace: '',
    name,
    ...more,
  });
  const account = serviceAccount(wanted.name);
  const authentication = { group: 'authentication.k8s.io' };
  const asked = [account ? ask('serviceaccounts', account.name, { namespace: account.namespace }) : ask('users', wanted.name)];
  for (const group of wanted.groups) asked.push(ask('groups', group));
  for (const [key, values] of Object.entries(wanted.extra ?? {})) {
    for (const value of values) asked.push(ask('userextras', value, { ...authentication, subresource: key }));
  }
  if (wanted.uid) asked.push(ask('uids', wanted.uid, authentication));
  return asked;
}

/** The user of that name, with the groups that an authenticated user has besides the given ones. */
export function completedUser({ name, uid = '', groups, extra }: Partial<Wanted> & Pick<Wanted, 'name' | 'groups'>): UserInfo {
  const account = serviceAccount(name);
  const own = account && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`] : groups;
  return { name, groups: withImplicitGroup(name, own), ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}

function withImplicitGroup(name: string, groups: string[]): string[] {
  if (name === 'system:anonymous') return groups.includes('system:unauthenticated') ? groups : [...groups, 'system:unauthenticated'];
  if (groups.includes('system:authenticated') || groups.includes('system:unauthenticated')) return groups;
  return [...groups, 'system:authenticated'];
}

/** The verb of constrained impersonation (KEP-5284); it appears in error messages. */
function modeOf({ name }: Wanted): string {
  if (serviceAccount(name)) return 'serviceaccount';
  return name.startsWith(NODE_USER_PREFIX) ? 'arbitrary-node' : 'user-info';
}

/** Whether a request has headers that ask for impersonation. */
export function impersonates(headers: ApiRequest['headers']): boolean {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

/**
 * The user to impersonate (apiserver/pkg/endpoints/filters/impersonation): every name in the Impersonate-* headers must be allowed for the
 * requestor, who is the user in the request's attributes. Throws 403, and 400 if there are other impersonation headers but no user.
 */
export async function impersonate(
  request: AuthorizationAttributes,
  headers: ApiRequest['headers'],
  authorizers: readonly AuthorizerLink[],
): Promise<UserInfo> {
  const requestor = request.user;
  if (!impersonates(headers)) return requestor;
  const wanted = wantedUser(headers);
  if (wanted.name === '') {
    if (wanted.uid === '' && wanted.groups.length === 0 && wanted.extra === undefined) return requestor;
    throw badRequest(`requested ${shown(wanted)} without impersonating a user name`);
  }
  for (const question of questions(wanted, requestor)) {
    const { decision, reason } = await authorize(question, authorizers);
    if (decision !== 'allow') throw forbiddenError({ ...request, verb: `impersonate-on:${modeOf(wanted)}:${request.verb}` }, reason);
  }
  return completedUser(wanted);
}
