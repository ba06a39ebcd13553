import { timingSafeEqual } from 'node:crypto';
import type { corev1 } from '#api';
import type { Clock } from '#apimachinery';
import { authenticatingToken, parseBootstrapToken } from '#component-helpers';
import type { ClusterReader } from '../rest/reader.js';
import type { UserInfo } from '../rest/strategy.js';
import { type Authenticator, bearerTokenOf } from './authentication.js';

/** The user of a bootstrap token; undefined for any other token. */
export type BootstrapTokens = (token: string) => Promise<UserInfo | undefined>;

/** The bootstrap tokens of a cluster, in Secrets of kube-system (plugin/pkg/auth/authenticator/token/bootstrap). */
export function bootstrapTokens({ reader, clock }: { reader: ClusterReader; clock: Clock }): BootstrapTokens {
  return async (text) => {
    const token = parseBootstrapToken(text);
    if (token === undefined) return undefined;
    const secret = await reader.get<corev1.Secret>('', 'secrets', 'kube-system', token.name);
    const known = secret && authenticatingToken(secret, token.id, clock.now());
    if (!known || !equal(known.secret, token.secret)) return undefined;
    return { name: `system:bootstrap:${token.id}`, groups: known.groups };
  };
}

function equal(stored: string, sent: string): boolean {
  const [a, b] = [Buffer.from(stored), Buffer.from(sent)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Authenticates requests with bootstrap tokens. */
export function bootstrapTokenAuthenticator(tokens: BootstrapTokens): Authenticator {
  return {
    authenticate(request) {
      const token = bearerTokenOf(request);
      return token === undefined ? undefined : tokens(token);
    },
  };
}
