import { badRequest } from '#apimachinery';
import { type AuthorizationAttributes, type AuthorizerLink, authorize, forbiddenError } from './authorization.js';
import type { ApiRequest } from './request.js';
import type { UserInfo } from './strategy.js';

const EXTRA = 'impersonate-extra-';

interface Asked {
  kind: 'users' | 'groups' | 'serviceaccounts' | 'userextras' | 'uids';
  group: string;
  namespace: string;
  name: string;
  /** The key of an extra. */
  subresource: string;
}

const valuesOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

function serviceAccount(user: string): { namespace: string; name: string } | undefined {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  return match ? { namespace: match[1] ?? '', name: match[2] ?? '' } : undefined;
}

function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function askedOf(headers: ApiRequest['headers']): Asked[] {
  const asked: Asked[] = [];
  const add = (kind: Asked['kind'], name: string, rest: Partial<Asked> = {}) =>
    asked.push({ kind, group: '', namespace: '', subresource: '', name, ...rest });
  const [user = ''] = valuesOf(headers['impersonate-user']);
  const account = serviceAccount(user);
  if (account) add('serviceaccounts', account.name, { namespace: account.namespace });
  else if (user !== '') add('users', user);
  for (const group of valuesOf(headers['impersonate-group'])) add('groups', group);
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(EXTRA)) continue;
    const key = unescapeKey(name.slice(EXTRA.length));
    for (const value of valuesOf(headers[name])) add('userextras', value, { group: 'authentication.k8s.io', subresource: key });
  }
  const [uid = ''] = valuesOf(headers['impersonate-uid']);
  if (uid !== '') add('uids', uid, { group: 'authentication.k8s.io' });
  return asked;
}

function withImplicitGroup(name: string, groups: string[]): string[] {
  if (name === 'system:anonymous') return groups.includes('system:unauthenticated') ? groups : [...groups, 'system:unauthenticated'];
  if (groups.includes('system:authenticated') || groups.includes('system:unauthenticated')) return groups;
  return [...groups, 'system:authenticated'];
}

function userOf(asked: readonly Asked[]): UserInfo {
  const user: UserInfo = { name: '', groups: [] };
  for (const { kind, name, namespace, subresource } of asked) {
    if (kind === 'users') user.name = name;
    else if (kind === 'groups') user.groups.push(name);
    else if (kind === 'uids') user.uid = name;
    else if (kind === 'serviceaccounts') user.name = `system:serviceaccount:${namespace}:${name}`;
    else {
      user.extra ??= {};
      user.extra[subresource] = [...(user.extra[subresource] ?? []), name];
    }
  }
  const [account] = asked.filter((one) => one.kind === 'serviceaccounts');
  if (account && user.groups.length === 0) user.groups = ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`];
  user.groups = withImplicitGroup(user.name, user.groups);
  return user;
}

/**
 * Who a request is to be taken for (endpoints/filters/impersonation): every name in the Impersonate-* headers must be allowed to the
 * requestor. Throws 400 without a user to impersonate, 403.
 */
export async function impersonate(
  requestor: UserInfo,
  headers: ApiRequest['headers'],
  authorizers: readonly AuthorizerLink[],
): Promise<UserInfo> {
  if (!Object.keys(headers).some((name) => name.startsWith('impersonate-'))) return requestor;
  const asked = askedOf(headers);
  if (asked.length === 0) return requestor;
  if (!asked.some(({ kind }) => kind === 'users' || kind === 'serviceaccounts')) {
    throw badRequest(`requested [${asked.map(shown).join(' ')}] without impersonating a user`);
  }
  for (const { kind, group, namespace, name, subresource } of asked) {
    const attributes: AuthorizationAttributes = {
      user: requestor,
      verb: 'impersonate',
      isResource: true,
      path: '',
      group,
      version: group === '' ? '' : 'v1',
      resource: kind,
      subresource,
      namespace,
      name,
    };
    const { decision, reason } = await authorize(attributes, authorizers);
    if (decision !== 'allow') throw forbiddenError(attributes, reason);
  }
  return userOf(asked);
}

/** An ObjectReference as Go prints it with %v. */
function shown({ kind, namespace, name, subresource, group }: Asked): string {
  const kinds = { users: 'User', groups: 'Group', serviceaccounts: 'ServiceAccount', userextras: 'UserExtra', uids: 'UID' };
  return `{${kinds[kind]} ${namespace} ${name}  ${group ? `${group}/v1` : ''}  ${subresource}}`;
}
