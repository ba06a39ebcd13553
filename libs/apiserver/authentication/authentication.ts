import { StatusError, unauthorized } from '#apimachinery';
import { type ApiRequest, headerOf } from '../request/request.js';
import type { UserInfo } from '../rest/strategy.js';

/** Returns the user of a request, or undefined if it finds no credentials of its kind. Throws a 401 StatusError for invalid ones. */
export interface Authenticator {
  authenticate(request: Credentials): Promise<UserInfo | undefined> | UserInfo | undefined;
}

/** The part of a request that says whose it is. */
export type Credentials = Pick<ApiRequest, 'headers' | 'user' | 'certificate'>;

/** The bearer token of a request. Any other kind of Authorization header is ignored. */
export function bearerTokenOf(request: Credentials): string | undefined {
  return /^bearer +(\S+)\s*$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
}

export const ANONYMOUS: UserInfo = Object.freeze({ name: 'system:anonymous', groups: ['system:unauthenticated'] });

/**
 * The user of a request: the first one that an authenticator finds (token/union); anonymous without credentials, 401 with credentials that
 * none accepts.
 */
export async function authenticate(request: Credentials, authenticators: readonly Authenticator[]): Promise<UserInfo> {
  if (request.user !== undefined) return request.user;
  let refusal: StatusError | undefined;
  for (const authenticator of authenticators) {
    try {
      const found = authenticator.authenticate(request);
      const user = found instanceof Promise ? await found : found;
      if (user !== undefined) return withAuthenticated(user);
    } catch (error) {
      if (!(error instanceof StatusError) || error.status.code !== 401) throw error;
      refusal ??= error;
    }
  }
  if (refusal) throw refusal;
  if (/^bearer +\S/i.test(headerOf(request, 'authorization') ?? '')) throw unauthorized();
  return ANONYMOUS;
}

/** The user in the group of all authenticated users (authentication/group/authenticated_group_adder.go). */
export function withAuthenticated(user: UserInfo): UserInfo {
  if (user.groups.includes('system:authenticated') || user.groups.includes('system:unauthenticated')) return user;
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}
