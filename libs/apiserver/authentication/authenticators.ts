import { Secret } from '#api';
import { type Clock, StatusError } from '#apimachinery';
import type { ApiServer } from '../api-server.js';
import type { TokenOwner } from '../authorization/authorizer.js';
import { inProcessClient } from '../in-process-client.js';
import type { ClusterReader } from '../rest/reader.js';
import { type Authenticator, withAuthenticated } from './authentication.js';
import { bootstrapTokenAuthenticator, bootstrapTokens } from './bootstrap-token.js';
import { type ClientAuthority, clientCertificateAuthenticator } from './client-certificate.js';
import { serviceAccountAuthenticator } from './service-account/authenticator.js';
import { SERVICE_ACCOUNT_ISSUER } from './service-account/claims.js';
import type { NoteUse } from './service-account/legacy.js';
import { ServiceAccountTokens, type SigningKey } from './service-account/tokens.js';

/** What a cluster has to authenticate requests with. */
export interface AuthenticatorParts {
  clock: Clock;
  clientAuthority?: ClientAuthority;
  serviceAccountKey?: SigningKey;
  authenticators?: readonly Authenticator[];
}

async function noKey(): Promise<never> {
  throw new Error('this API server has no key for ServiceAccount tokens');
}

/** Labels the Secret of a legacy token as the API server itself. A tenant may have made that impossible, which does not matter. */
const labelling =
  (api: () => ApiServer): NoteUse =>
  async ({ metadata: { name, namespace, uid } }, labels) => {
    const client = inProcessClient(api(), { manager: 'kube-apiserver' });
    await client.patch(Secret, name, namespace, 'merge', { metadata: { uid, labels } }).catch((error: unknown) => {
      if (!(error instanceof StatusError)) throw error;
    });
  };

/** How a cluster authenticates requests, and the tokens of TokenReviews. */
export interface Authentication {
  tokens: ServiceAccountTokens;
  authenticators: Authenticator[];
  /** The owner of a token for one of the audiences (none: the API server's). Throws InvalidToken or returns undefined if it has none. */
  ownerOf(token: string, audiences: readonly string[]): Promise<TokenOwner | undefined>;
}

/** The authenticators of a cluster, in upstream's order: certificates before tokens (pkg/kubeapiserver/authenticator/config.go). */
export function authenticationOf(parts: AuthenticatorParts, reader: ClusterReader, api: () => ApiServer): Authentication {
  const { clock, clientAuthority, serviceAccountKey } = parts;
  const tokens = new ServiceAccountTokens({ key: serviceAccountKey ?? noKey, clock, reader, noteUse: labelling(api) });
  const bootstrap = bootstrapTokens({ reader, clock });
  const authenticators = [
    ...(clientAuthority ? [clientCertificateAuthenticator({ authority: clientAuthority, clock })] : []),
    ...(serviceAccountKey ? [serviceAccountAuthenticator(tokens)] : []),
    bootstrapTokenAuthenticator(bootstrap),
    ...(parts.authenticators ?? []),
  ];
  return {
    tokens,
    authenticators,
    async ownerOf(token, audiences) {
      const owner = await tokens.authenticate(token, audiences);
      if (owner) return owner;
      // A bootstrap token is for the API server, whatever else is asked for.
      if (audiences.length > 0 && !audiences.includes(SERVICE_ACCOUNT_ISSUER)) return undefined;
      const user = await bootstrap(token);
      return user && { user: withAuthenticated(user), audiences: [SERVICE_ACCOUNT_ISSUER] };
    },
  };
}
