import { unauthorized } from '#apimachinery';
import type { UserInfo } from '../rest/strategy.js';
import type { SettingsSource } from '../settings/settings-source.js';
import { ANONYMOUS, type Authenticator, authenticate, type Credentials } from './authentication.js';

/** The user of a request to a server that has to be up first, and may refuse requests without credentials (--anonymous-auth). */
export function requestorOf(
  request: Credentials,
  authenticators: readonly Authenticator[],
  settings: Pick<SettingsSource, 'ready' | 'current'>,
): UserInfo | Promise<UserInfo> {
  const pending = settings.ready();
  // Nearly all requests: no promise is made for them.
  if (pending === undefined && request.user !== undefined) {
    settings.current();
    return request.user;
  }
  return authenticatedUser(request, { authenticators, settings, pending });
}

interface Parts {
  authenticators: readonly Authenticator[];
  settings: Pick<SettingsSource, 'current'>;
  pending: Promise<void> | undefined;
}

async function authenticatedUser(request: Credentials, { authenticators, settings, pending }: Parts): Promise<UserInfo> {
  if (pending) await pending;
  const { anonymousAuth } = settings.current();
  const user = await authenticate(request, authenticators);
  if (user === ANONYMOUS && !anonymousAuth) throw unauthorized();
  return user;
}
