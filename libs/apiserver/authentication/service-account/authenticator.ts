import { unauthorized } from '#apimachinery';
import { type Authenticator, bearerTokenOf } from '../authentication.js';
import type { ServiceAccountTokens } from './tokens.js';
import { InvalidToken } from './validate-claims.js';

/** Authenticates requests with ServiceAccount tokens. */
export function serviceAccountAuthenticator(tokens: ServiceAccountTokens): Authenticator {
  return {
    async authenticate(request) {
      const token = bearerTokenOf(request);
      if (token === undefined) return undefined;
      try {
        return (await tokens.authenticate(token))?.user;
      } catch (error) {
        // Why a token is refused is not revealed to its bearer.
        throw error instanceof InvalidToken ? unauthorized() : error;
      }
    },
  };
}
