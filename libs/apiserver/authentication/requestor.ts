import { unauthorized } from '#apimachinery';
import type { UserInfo } from '../rest/strategy.js';
import type { SettingsSource } from '../settings/settings-source.js';
import { ANONYMOUS, type Authenticator, authenticate, type Credentials } from './authentication.js';

/** The user of a request to a server that has to be up first, and may refuse requests without credentials (--anonymous-auth). */
export async function requestorOf(
  request: Credentials,
  authenticators: readonly Authenticator[],
  settings: Pick<SettingsSource, 'ready' | 'current'>,
): Promise<UserInfo> {
  const pending = settings.ready();
  if (pending) await pending;
  const { anonymousAuth } = settings.current();
  const user = await authenticate(request, authenticators);
  if (user === ANONYMOUS && !anonymousAuth) throw unauthorized();
  return user;
}
