import { plainResponse } from '../endpoints/responses.js';
import type { ApiRequest, ApiResponse } from '../request/request.js';
import type { DiscoveryPlace } from './discovery-handler.js';

const CONFIGURATION_PATH = '/.well-known/openid-configuration';
const KEYS_PATH = '/openid/v1/jwks';

/** What the documents about ServiceAccount tokens are made of. */
export interface OpenIdCall {
  request: Pick<ApiRequest, 'method'>;
  place: Pick<DiscoveryPlace, 'prefix' | 'serverAddress'>;
  /** The issuer of new tokens. */
  issuer: string;
  /** The public keys of ServiceAccount tokens. */
  keySet(): Promise<object>;
}

const cached = (contentType: string, object: object): ApiResponse => ({
  status: 200,
  headers: { 'content-type': contentType, 'cache-control': 'public, max-age=3600' },
  body: JSON.stringify(object),
});

/** The issuer's OpenID configuration and keys (pkg/routes/openidmetadata.go). Undefined: no such document. */
export async function openIdResponse(path: string, { request, place, issuer, keySet }: OpenIdCall): Promise<ApiResponse | undefined> {
  if (path !== CONFIGURATION_PATH && path !== KEYS_PATH) return undefined;
  if (request.method !== 'GET') return plainResponse(405, '405: Method Not Allowed');
  if (path === KEYS_PATH) return cached('application/jwk-set+json', await keySet());
  return cached('application/json', {
    issuer,
    jwks_uri: `https://${place.serverAddress}${place.prefix}${KEYS_PATH}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  });
}
