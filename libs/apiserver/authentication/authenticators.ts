import type { Clock } from '#apimachinery';
import type { ClusterReader } from '../rest/reader.js';
import type { Authenticator } from './authentication.js';
import { type ClientAuthority, clientCertificateAuthenticator } from './client-certificate.js';
import { serviceAccountAuthenticator } from './service-account/authenticator.js';
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

/** The authenticators of a cluster, in upstream's order: certificates before tokens (pkg/kubeapiserver/authenticator/config.go). */
export function authenticatorsOf(
  parts: AuthenticatorParts,
  reader: ClusterReader,
): { tokens: ServiceAccountTokens; authenticators: Authenticator[] } {
  const { clock, clientAuthority, serviceAccountKey } = parts;
  const tokens = new ServiceAccountTokens({ key: serviceAccountKey ?? noKey, clock, reader });
  const authenticators = [
    ...(clientAuthority ? [clientCertificateAuthenticator({ authority: clientAuthority, clock })] : []),
    ...(serviceAccountKey ? [serviceAccountAuthenticator(tokens)] : []),
    ...(parts.authenticators ?? []),
  ];
  return { tokens, authenticators };
}
