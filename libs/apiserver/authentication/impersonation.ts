import { badRequest, goQuote } from '#apimachinery';
import type { AuthorizationAttributes, AuthorizerLink } from '../authorization/authorization.js';
import type { ApiRequest } from '../request/request.js';
import type { UserInfo } from '../rest/strategy.js';
import { modeOf, serviceAccount, type Wanted } from './impersonation-modes.js';

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

/** Whether a request has headers that ask for impersonation. */
export function impersonates(headers: ApiRequest['headers']): boolean {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

/**
 * The user to impersonate (apiserver/pkg/endpoints/filters/impersonation): every name in the Impersonate-* headers must be allowed in
 * one of the modes for the requestor, who is the user in the request's attributes. Throws 403, and 400 if there are other impersonation
 * headers but no user.
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
  const mode = await modeOf({ request, wanted, authorizers });
  // In the modes for nodes, the groups are those of every node.
  return completedUser(mode.endsWith('-node') ? { ...wanted, groups: ['system:nodes'] } : wanted);
}
