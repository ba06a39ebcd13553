import { SERVICE_ACCOUNT_ISSUER } from '../authentication/service-account/claims.js';
import { booleanOf, durationOf, endWith, type Flags, listOf } from './flags.js';

/** What the flags decide about ServiceAccount tokens. */
export interface TokenSettings {
  /** The issuers whose tokens are accepted; new ones are of the first (--service-account-issuer). */
  readonly issuers: readonly string[];
  /** The audiences that the API server is (--api-audiences). */
  readonly audiences: readonly string[];
  /** Seconds that new tokens are valid at most (--service-account-max-token-expiration); unset: any time. */
  readonly longest?: number;
  /** Whether tokens of pods stay valid for a year (--service-account-extend-token-expiration). */
  readonly extended: boolean;
}

const HOUR = 3_600_000;
const LONGEST = 2 ** 32 * 1000;

function issuerErrors(issuers: readonly string[]): string[] {
  const errors: string[] = [];
  const seen = new Set<string>();
  for (const issuer of issuers) {
    if (issuer.includes(':') && !URL.canParse(issuer)) {
      errors.push(`service-account-issuer "${issuer}" contained a ':' but was not a valid URL: parse "${issuer}": invalid URL`);
    }
    if (issuer === '') errors.push('service-account-issuer should not be an empty string');
    if (seen.has(issuer)) errors.push(`service-account-issuer "${issuer}" is already specified`);
    seen.add(issuer);
  }
  return errors;
}

/** pkg/kubeapiserver/options/authentication.go, controlplane/apiserver/options completeServiceAccountOptions. Throws StartFailure. */
export function tokenSettings(flags: Flags): TokenSettings {
  const issuers = flags.get('service-account-issuer')?.split('\n') ?? [SERVICE_ACCOUNT_ISSUER];
  const longest = durationOf(flags, 'service-account-max-token-expiration') ?? 0;
  if (longest !== 0 && (longest < HOUR || longest > LONGEST)) {
    endWith(['the service-account-max-token-expiration must be between 1 hour and 2^32 seconds']);
  }
  endWith(issuerErrors(issuers));
  const audiences = listOf(flags, 'api-audiences');
  return {
    issuers,
    audiences: audiences.length > 0 ? audiences : issuers,
    extended: booleanOf(flags, 'service-account-extend-token-expiration', true),
    ...(longest !== 0 && { longest: Math.floor(longest / 1000) }),
  };
}
