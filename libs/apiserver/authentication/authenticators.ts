import { Secret } from '#api';
import { type Clock, StatusError } from '#apimachinery';
import type { ApiServer } from '../api-server.js';
import type { TokenOwner } from '../authorization/authorizer.js';
import type { ControlPlane } from '../control-plane.js';
import { inProcessClient } from '../in-process-client.js';
import type { ClusterReader } from '../rest/reader.js';
import type { SettingsSource } from '../settings/settings-source.js';
import { type Authenticator, withAuthenticated } from './authentication.js';
import { bootstrapTokenAuthenticator, bootstrapTokens } from './bootstrap-token.js';
import { type ClientAuthority, clientCertificateAuthenticator } from './client-certificate.js';
import { serviceAccountAuthenticator } from './service-account/authenticator.js';
import type { NoteUse } from './service-account/legacy.js';
import { ServiceAccountTokens, type SigningKey } from './service-account/tokens.js';

/** What a cluster has to authenticate requests with. */
export interface AuthenticatorParts {
  clock: Clock;
  reader: ClusterReader;
  /** What the flags of the server turn on and off. */
  settings: Pick<SettingsSource, 'current'>;
  /** The API itself, for what it writes when tokens are used. */
  api(): ApiServer;
  clientAuthority?: ClientAuthority;
  serviceAccountKey?: SigningKey;
  authenticators?: readonly Authenticator[];
  controlPlane?: Pick<ControlPlane, 'serverSkew'>;
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

/** Without --client-ca-file certificates are not looked at. */
const whileAccepted = ({ authenticate }: Authenticator, settings: AuthenticatorParts['settings']): Authenticator => ({
  authenticate: (request) => (request.certificate && settings.current().clientCertificates ? authenticate(request) : undefined),
});

/** The authenticators of a cluster, in upstream's order: certificates before tokens (pkg/kubeapiserver/authenticator/config.go). */
export function authenticationOf(parts: AuthenticatorParts): Authentication {
  const { clock, reader, settings, api, clientAuthority, serviceAccountKey, controlPlane } = parts;
  const skew = (client: string): number => controlPlane?.serverSkew(client) ?? 0;
  const tokens = new ServiceAccountTokens({
    key: serviceAccountKey ?? noKey,
    clock,
    skew,
    reader,
    noteUse: labelling(api),
    settings: () => settings.current().tokens,
  });
  const known = bootstrapTokens({ reader, clock });
  const bootstrap = async (token: string) => (settings.current().bootstrapTokens ? known(token) : undefined);
  const authenticators = [
    ...(clientAuthority ? [whileAccepted(clientCertificateAuthenticator({ authority: clientAuthority, clock, skew }), settings)] : []),
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
      const own = settings.current().tokens.audiences;
      const common = audiences.length === 0 ? own : own.filter((audience) => audiences.includes(audience));
      if (common.length === 0) return undefined;
      const user = await bootstrap(token);
      return user && { user: withAuthenticated(user), audiences: [...common] };
    },
  };
}
